/* SPDX-License-Identifier: MIT */
/*
 * A slot is a frame: a payload is written where it leaves from, and its headers
 * before it. What is in the TX ring counts as sent; if the kernel does not take
 * it now, later calls make it. A slot is free again when the kernel says that
 * it has sent it.
 */
#include "load/engine/xdp_state.h"

#include "core/lines.h"
#include "xdp/checksum.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* The payloads of so many neighbours begin in different lines of a page, if
 * they are short enough: else they would share a few sets of the cache. */
#define STAGGER       8
#define STAGGER_BYTES (2 * CACHE_LINE)

/* The place of a slot that was sent with other contents than its own. */
#define FOREIGN UINT32_MAX

/* Where the payload of a frame that is a slot begins. */
static uint8_t *payload_of(const struct xdp_engine *e, uint32_t frame)
{
	uint32_t bytes = e->queue->frame_bytes;
	uint32_t room = bytes - XDP_ENGINE_HEAD - e->slot_bytes;
	uint32_t at = XDP_ENGINE_HEAD;

	if (room >= (STAGGER - 1) * STAGGER_BYTES)
		at += frame % STAGGER * STAGGER_BYTES;
	return xdp_queue_at(e->queue, (uint64_t)frame * bytes + at);
}

static void add_free(struct xdp_engine *e, uint32_t frame)
{
	e->place[frame] = e->free_count;
	e->free[e->free_count++] = frame;
}

/* Whichever place it has in the list. */
static void take_free(struct xdp_engine *e, uint32_t frame)
{
	uint32_t last = e->free[--e->free_count];

	e->free[e->place[frame]] = last;
	e->place[last] = e->place[frame];
}

static void make_slot(struct xdp_engine *e, uint32_t frame)
{
	uint8_t *payload = payload_of(e, frame);

	if (e->fill)
		e->fill(e->fill_arg, payload);
	if (e->changes)
		e->tail[frame] = checksum_fold(checksum_add(
			0, payload + e->changes, e->slot_bytes - e->changes));
	add_free(e, frame);
}

int xdp_engine_make_slots(struct xdp_engine *e, const struct engine_config *c)
{
	size_t frames = e->queue->area_bytes / e->queue->frame_bytes;
	uint64_t address;

	e->slot_bytes = (uint32_t)c->slot_bytes;
	e->slot_room = e->queue->frame_bytes - XDP_ENGINE_HEAD;
	if (c->slot_bytes > e->slot_room)
		return -EMSGSIZE;
	e->fill = c->fill;
	e->fill_arg = c->fill_arg;
	/* The rest must begin with a whole word. */
	if (c->fill && c->changes <= c->slot_bytes)
		e->changes = (c->changes + 1) & ~1u;
	e->free = lines_alloc(XDP_ENGINE_SLOTS, sizeof(*e->free));
	e->place = lines_alloc(frames, sizeof(*e->place));
	e->tail = lines_alloc(frames, sizeof(*e->tail));
	if (!e->free || !e->place || !e->tail)
		return -ENOMEM;
	for (uint32_t i = 0; i < XDP_ENGINE_SLOTS; i++) {
		if (!xdp_queue_take(e->queue, &address))
			return -ENOMEM;
		make_slot(e, xdp_engine_frame(e, address));
	}
	return 0;
}

/* The checksum of a payload of zeros tells the sum of the rest. */
void xdp_engine_make_head(const struct xdp_engine *e, struct xdp_flow *f)
{
	uint8_t data[XDP_ENGINE_HEAD + 4096] = {0};
	struct frame made;
	uint16_t check;

	(void)frame_build(&made, data, &f->route, e->slot_bytes);
	frame_seal(&made);
	memcpy(&check, frame_payload(&made) - 2, sizeof(check));
	f->sum = (uint16_t)~check;
	memcpy(f->head + XDP_ENGINE_HEAD - e->headers, data, e->headers);
	memset(f->head + XDP_ENGINE_HEAD - 2, 0, 2);
}

static void give_back(struct xdp_engine *e, uint32_t frame)
{
	if (e->place[frame] == FOREIGN)
		make_slot(e, frame);
	else
		add_free(e, frame);
}

void xdp_engine_reap(struct xdp_engine *e)
{
	uint64_t sent[ENGINE_MESSAGES];
	uint32_t n;

	do {
		n = xdp_queue_sent(e->queue, sent, ENGINE_MESSAGES);
		for (uint32_t i = 0; i < n; i++)
			give_back(e, xdp_engine_frame(e, sent[i]));
	} while (n == ENGINE_MESSAGES);
}

void xdp_engine_push(struct xdp_engine *e)
{
	uint32_t calls = 0, dropped = 0;
	int error = xdp_queue_push(e->queue, &calls, &dropped);

	e->losses.tx_dropped += dropped;
	/* These pass: what was dropped is counted, what waits is sent by later
	 * calls. */
	if (error == -EBUSY || error == -EAGAIN || error == -ENOBUFS)
		error = 0;
	e->stuck = error;
	if (!error)
		failures_none(&e->pushes);
	else if (failures_judge(&e->pushes, -error) == FAILURES_END)
		e->lost = error;
	xdp_engine_reap(e);
}

uint32_t xdp_engine_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct xdp_engine *e = self;

	xdp_engine_reap(e);
	if (e->free_count < n && xdp_queue_unsent(e->queue))
		xdp_engine_push(e);
	if (n > e->free_count)
		n = e->free_count;
	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	/* What was used last is in the cache. */
	for (uint32_t i = 0; i < n; i++)
		messages[i].data =
			payload_of(e, e->free[e->free_count - 1 - i]);
	return n;
}

static bool is_foreign(const struct xdp_engine *e, const uint8_t *data)
{
	return (size_t)(data - e->queue->area) >= e->queue->area_bytes;
}

/* A free slot with a copy of the data. NULL: there is none. Who sends data of
 * its own need not call lend(), which also takes slots back. */
static uint8_t *copy(struct xdp_engine *e, const struct engine_message *m)
{
	uint64_t frame;
	uint8_t *payload;

	if (!e->free_count)
		xdp_engine_reap(e);
	if (!e->free_count)
		return NULL;
	frame = e->free[e->free_count - 1];
	payload = xdp_queue_at(e->queue, frame * e->queue->frame_bytes) +
		  XDP_ENGINE_HEAD;
	memcpy(payload, m->data, m->bytes);
	return payload;
}

/* Is all as it was when the slot and the flow were made, but for the first
 * bytes? */
static bool is_known(const struct xdp_engine *e, const struct engine_message *m)
{
	return e->changes && m->bytes == e->slot_bytes &&
	       e->headers + m->bytes >= FRAME_LEAST;
}

static void write_known(const struct xdp_engine *e, const struct xdp_flow *f,
	uint8_t *payload, uint16_t tail)
{
	uint64_t sum = (uint64_t)f->sum + tail;
	uint16_t check = (uint16_t)~checksum_fold(
		checksum_add(sum, payload, e->changes));

	memcpy(payload - XDP_ENGINE_HEAD, f->head, XDP_ENGINE_HEAD);
	if (check == 0)
		check = 0xffff;
	memcpy(payload - sizeof(check), &check, sizeof(check));
}

static uint32_t write_frame(const struct xdp_engine *e,
	const struct engine_message *m, uint8_t *payload)
{
	const struct xdp_flow *f = xdp_engine_flow(e, m->link);
	struct frame made;
	uint32_t bytes =
		frame_build(&made, payload - e->headers, &f->route, m->bytes);

	frame_seal(&made);
	return bytes;
}

/* 0 or -errno. */
static int put(struct xdp_engine *e, const struct engine_message *m)
{
	bool foreign = is_foreign(e, m->data);
	uint32_t frame, bytes = e->headers + m->bytes;
	uint8_t *payload = m->data;
	uint64_t address;

	if (m->bytes > (foreign ? e->slot_room : e->slot_bytes) ||
		bytes > FRAME_ETHERNET + e->share->queues.device.mtu)
		return -EMSGSIZE;
	if (foreign)
		payload = copy(e, m);
	if (!payload)
		return -EAGAIN;
	address = (uint64_t)(payload - e->queue->area) - e->headers;
	frame = xdp_engine_frame(e, address);
	if (!foreign && is_known(e, m))
		write_known(e, xdp_engine_flow(e, m->link), payload,
			e->tail[frame]);
	else
		bytes = write_frame(e, m, payload);
	/* The ring has more entries than there are slots. */
	if (!xdp_queue_put(e->queue, address, bytes))
		return -EAGAIN;
	take_free(e, frame);
	if (foreign)
		e->place[frame] = FOREIGN;
	return 0;
}

int xdp_engine_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct xdp_engine *e = self;
	uint32_t sent = 0;
	int error = 0;

	/* The device may be up again. */
	if (e->stuck && !e->lost)
		xdp_engine_push(e);
	if (e->lost || e->stuck)
		return e->lost ? e->lost : e->stuck;
	while (sent < n && !error) {
		error = put(e, &messages[sent]);
		sent += !error;
	}
	if (xdp_queue_submit(e->queue) || xdp_queue_unsent(e->queue))
		xdp_engine_push(e);
	return sent ? (int)sent : error;
}
