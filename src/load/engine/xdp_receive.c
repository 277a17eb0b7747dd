/* SPDX-License-Identifier: MIT */
/*
 * Receives from two places. The ring has the frames of all flows: they are
 * sorted by flow, so that each receive hands out those of one. What the filter
 * left to the kernel's stack, and ICMP errors, are at the sockets; while the
 * ring is busy, these are looked at now and then.
 */
#include "load/engine/xdp_state.h"

#include "net/call.h"

#include <errno.h>
#include <string.h>

/* Receives from a busy ring between two looks at the sockets. */
#define SOCKET_TURNS 64
/* Looks at an idle ring between two at the device. */
#define DEVICE_LOOKS 64
/* The most receives in one turn of a flow. */
#define TURN_RECEIVES 4
/* The most frames that one receive sorts. */
#define SORTED_MOST 128

static bool is_to(
	const struct xdp_flow *f, const uint8_t *address, uint32_t bytes)
{
	const union address *own = &f->route.from;
	const void *has = bytes == 4 ? (const void *)&own->in.sin_addr
				     : (const void *)&own->in6.sin6_addr;

	return memcmp(has, address, bytes) == 0;
}

/* The flow that a frame is for, by where it was sent to; the filter has looked
 * at the rest. NULL: none, as when it was removed. */
static struct xdp_flow *flow_of(
	const struct xdp_engine *e, const uint8_t *data, uint32_t bytes)
{
	uint32_t host = e->share->path->v6 ? 16 : 4;
	const uint8_t *udp = data + e->headers - FRAME_UDP;
	struct xdp_flow *f;
	uint16_t port;

	if (bytes < e->headers)
		return NULL;
	memcpy(&port, udp + 2, sizeof(port));
	f = e->port[port];
	while (f && !is_to(f, udp - host, host))
		f = f->same_port;
	return f;
}

static void append(struct xdp_engine *e, struct xdp_flow *f, uint32_t frame)
{
	if (f->waits) {
		e->came[f->last].next = frame;
		f->last = frame;
		return;
	}
	f->first = f->last = frame;
	f->waits = true;
	f->next = NULL;
	if (e->first)
		e->last->next = f;
	else
		e->first = f;
	e->last = f;
}

/* Sorts what is in the RX ring, up to a limit. */
static void sort(struct xdp_engine *e)
{
	struct xdp_queue *q = e->queue;
	uint32_t index, n = xdp_queue_receive(q, SORTED_MOST, &index);

	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *d =
			xsk_ring_cons__rx_desc(&q->rx, index + i);
		struct xdp_flow *f =
			flow_of(e, xdp_queue_at(q, d->addr), d->len);
		uint32_t frame = xdp_engine_frame(e, d->addr);

		if (!f) {
			e->losses.rx_strange++;
			xdp_queue_give(q, d->addr);
			continue;
		}
		e->came[frame].address = d->addr;
		e->came[frame].bytes = d->len;
		append(e, f, frame);
	}
	if (n)
		xdp_queue_received(q, n);
}

/* The number of the flow's next frame, which it has no more. */
static uint32_t take(struct xdp_engine *e, struct xdp_flow *f)
{
	uint32_t frame = f->first;

	f->waits = frame != f->last;
	f->first = e->came[frame].next;
	return frame;
}

/* A datagram that no socket would deliver is given back at once. */
static void tell(
	struct xdp_engine *e, struct engine_arrivals *in, uint32_t frame)
{
	const struct xdp_came *came = &e->came[frame];
	struct engine_arrival *a = &in->at[in->count];
	struct frame f;

	switch (frame_parse(
		&f, xdp_queue_at(e->queue, came->address), came->bytes)) {
	case FRAME_SOUND:
		*a = (struct engine_arrival){
			frame_payload(&f), f.payload_bytes, f.payload_bytes};
		e->loan[in->count++] = came->address;
		return;
	case FRAME_CHECKSUM:
		e->losses.rx_checksum++;
		break;
	case FRAME_OTHER:
		e->losses.rx_strange++;
		break;
	}
	xdp_queue_give(e->queue, came->address);
}

/* Ends the turn of the flow that has it: it comes last, if it still has some.
 */
static void end_turn(struct xdp_engine *e)
{
	struct xdp_flow *f = e->first;
	uint32_t first = f->first, last = f->last;

	e->receives = 0;
	e->first = f->next;
	if (!f->waits)
		return;
	f->waits = false;
	append(e, f, first);
	f->last = last;
}

/* Hands out what the flow has whose turn it is. */
static uint32_t hand_out(struct xdp_engine *e, struct engine_arrivals *in)
{
	while (e->first && !in->count) {
		struct xdp_flow *f = e->first;

		in->owner = f->link->owner;
		while (f->waits && in->count < ENGINE_ARRIVALS)
			tell(e, in, take(e, f));
		in->more = f->waits && ++e->receives < TURN_RECEIVES;
		if (!in->more)
			end_turn(e);
	}
	e->loan_count = in->count;
	if (!in->count)
		in->owner = NULL;
	return in->count;
}

void xdp_engine_forget(struct xdp_engine *e, struct xdp_flow *f)
{
	struct xdp_flow **at = &e->first, *before = NULL;

	if (!f->waits)
		return;
	while (*at != f) {
		before = *at;
		at = &before->next;
	}
	*at = f->next;
	if (e->last == f)
		e->last = before;
	if (!before)
		e->receives = 0;
	while (f->waits)
		xdp_queue_give(e->queue, e->came[take(e, f)].address);
}

static int from_sockets(
	struct xdp_engine *e, struct engine_arrivals *in, uint64_t timeout_ns)
{
	int n = inbox_recv(&e->in, in, timeout_ns);

	for (int i = 0; i < n; i++) {
		const struct engine_arrival *a = &in->at[i];

		e->losses.stack += a->bytes > a->segment_bytes
					   ? (a->bytes + a->segment_bytes - 1) /
						     a->segment_bytes
					   : 1;
	}
	return n;
}

/* Gives free frames to the driver, and sends what found no room before. */
static void go_on(struct xdp_engine *e)
{
	if (xdp_queue_unsent(e->queue))
		xdp_engine_push(e);
	if (xdp_queue_refill(e->queue))
		(void)!call_recvfrom(
			e->queue->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

/* What the kernel counts, and whether there still is a device: no call that
 * finds nothing to do tells. */
static void look(struct xdp_engine *e)
{
	struct xdp_queue_statistics now;

	if (xdp_queue_statistics(e->queue, &now) == 0) {
		e->losses.rx_dropped = now.dropped;
		e->losses.rx_ring_full = now.ring_full;
		e->losses.fill_empty = now.fill_empty;
		e->losses.invalid = now.rx_invalid + now.tx_invalid;
	}
	e->lost = xdp_queue_lost(e->queue);
}

int xdp_engine_recv(void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct xdp_engine *e = self;
	int n = 0;

	in->owner = NULL;
	in->count = 0;
	in->more = false;
	while (e->loan_count)
		xdp_queue_give(e->queue, e->loan[--e->loan_count]);
	if (e->lost) {
		sort(e);
		return hand_out(e, in) ? (int)in->count : e->lost;
	}
	if (e->in.receives || (!e->receives && ++e->turns % SOCKET_TURNS == 0))
		n = from_sockets(e, in, 0);
	if (n)
		return n;
	sort(e);
	if (e->queue->free_count >= XDP_ENGINE_SPARE / 2)
		go_on(e);
	if (hand_out(e, in))
		return (int)in->count;
	go_on(e);
	n = from_sockets(e, in, timeout_ns);
	if (n)
		return n;
	sort(e);
	if (hand_out(e, in))
		return (int)in->count;
	if (timeout_ns >= ENGINE_IDLE_NS || ++e->looks % DEVICE_LOOKS == 0)
		look(e);
	return e->lost;
}

bool xdp_engine_holds(void *self, void *link)
{
	struct xdp_engine *e = self;
	const struct xdp_flow *f = xdp_engine_flow(e, link);
	uint32_t sorted = 0;

	/* What comes meanwhile does not matter. */
	for (; sorted < e->queue->ring && !f->waits; sorted += SORTED_MOST)
		sort(e);
	return f->waits;
}
