/* SPDX-License-Identifier: MIT */
/* Sends by a queue whose other side is this file. */
#include "load/engine/xdp_state.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#define FRAME_SHIFT 11
#define FRAME_BYTES (1 << FRAME_SHIFT)
#define RING_MASK   (XDP_ENGINE_RING - 1)

static uint8_t area[(size_t)XDP_ENGINE_SLOTS * FRAME_BYTES];
static uint64_t unused[XDP_ENGINE_SLOTS];
static struct xdp_desc to_send[XDP_ENGINE_RING];
static uint64_t sent[XDP_ENGINE_RING];
static uint32_t put, taken, done, seen, flags;

static struct xdp_queue queue = {
	.frame_bytes = FRAME_BYTES,
	.frame_shift = FRAME_SHIFT,
	.ring = XDP_ENGINE_RING,
	.area = area,
	.area_bytes = sizeof(area),
	.free = unused,
	.tx = {.cached_cons = XDP_ENGINE_RING,
		.mask = RING_MASK,
		.size = XDP_ENGINE_RING,
		.producer = &put,
		.consumer = &taken,
		.ring = to_send,
		.flags = &flags},
	.complete = {.mask = RING_MASK,
		.size = XDP_ENGINE_RING,
		.producer = &done,
		.consumer = &seen,
		.ring = sent},
};
static struct xdp_engine_share share = {.queues.device.mtu = 1500};
static struct link flow_link;
static struct xdp_flow flow;
static struct xdp_engine engine;

static void begin(void)
{
	const struct engine_config config = {.slot_bytes = 64};

	for (uint32_t i = 0; i < XDP_ENGINE_SLOTS; i++)
		xdp_queue_give(&queue, (uint64_t)i * FRAME_BYTES);
	cr_assert(address_parse(&flow.route.from, "192.0.2.1:40000") == 0);
	cr_assert(address_parse(&flow.route.to, "192.0.2.2:7") == 0);
	engine.share = &share;
	engine.queue = &queue;
	engine.headers = frame_headers(false);
	engine.in.links = &flow_link;
	engine.flows = &flow;
	cr_assert(xdp_engine_make_slots(&engine, &config) == 0);
}

static void end(void)
{
	free(engine.free);
	free(engine.place);
	free(engine.tail);
}

static void kernel_takes(void)
{
	taken = put;
}

static void kernel_is_done(void)
{
	for (; done != taken; done++)
		sent[done & RING_MASK] = to_send[done & RING_MASK].addr;
}

TestSuite(xdp_send, .init = begin, .fini = end);

/* A card may have taken all before it is done with any. */
Test(xdp_send, of_a_capture_goes_on_when_the_kernel_is_done)
{
	uint8_t data[10] = {0};
	const struct engine_message m = {.link = &flow_link,
		.data = data,
		.bytes = sizeof(data),
		.segments = 1};

	for (uint32_t i = 0; i < XDP_ENGINE_SLOTS; i++)
		cr_assert(xdp_engine_send(&engine, &m, 1) == 1);
	kernel_takes();
	cr_assert(xdp_engine_send(&engine, &m, 1) == -EAGAIN);
	kernel_is_done();
	cr_assert(xdp_engine_send(&engine, &m, 1) == 1);
	cr_assert(put == XDP_ENGINE_SLOTS + 1);
}
