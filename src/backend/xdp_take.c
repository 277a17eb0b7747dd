/* SPDX-License-Identifier: MIT */
/*
 * Frames become trains. A packet of one frame is lent as it lies there; one of
 * several (its MTU is above a frame) is copied together, since the loan of a
 * train is one piece.
 */
#include "backend/xdp_state.h"

#include <string.h>

/* A link-local address means nothing without its device. */
static bool needs_scope(const union address *a)
{
	return a->sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LINKLOCAL(&a->in6.sin6_addr);
}

static void set_local(
	const struct xdp *s, struct train *t, const struct frame *f)
{
	union address own;

	frame_destination(f, s->mapped, &own);
	t->local = (struct local_address){.family = own.sa.sa_family};
	if (own.sa.sa_family == AF_INET)
		t->local.v4 = own.in.sin_addr;
	else
		t->local.v6 = own.in6.sin6_addr;
	if (needs_scope(&own))
		t->local.interface = s->device;
}

static void lend(struct xdp *s, struct train *t, uint32_t i)
{
	const struct frame *f = &s->lent[i].frame;

	frame_source(f, s->mapped, &s->peer[i]);
	if (needs_scope(&s->peer[i]))
		s->peer[i].in6.sin6_scope_id = s->device;
	t->data = frame_payload(f);
	t->peer = &s->peer[i];
	train_shape(t, f->payload_bytes, 0);
	t->truncated = false;
	if (f->payload_bytes > s->slot_bytes)
		train_cut(t, s->slot_bytes, false);
	t->tos = s->tos ? f->tos : 0;
	t->ttl = s->ttl ? f->ttl : 0;
	t->local.family = AF_UNSPEC;
	t->local.group = false;
	if (s->local)
		set_local(s, t, f);
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
}

/* Where the RX ring is being read. */
struct reading {
	uint32_t index; /* of the first descriptor, */
	uint32_t count; /* of those that were taken, */
	uint32_t at;    /* and the one that is being looked at */
};

static const struct xdp_desc *descriptor(
	const struct xdp_queue *q, const struct reading *r)
{
	return xsk_ring_cons__rx_desc(&q->rx, r->index + r->at);
}

/* The kernel puts whole packets in the ring, but we may have taken only the
 * beginning of this one. */
static bool go_on(struct xdp_queue *q, struct reading *r)
{
	uint32_t index;

	if (++r->at == r->count)
		r->count += xdp_queue_receive(q, 1, &index);
	return r->at < r->count;
}

/* Copies the frames of a packet to the place of train i. Returns its bytes; 0
 * if it is too long, and no datagram then. */
static uint32_t gather(struct xdp *s, uint32_t i, struct reading *r)
{
	struct xdp_queue *q = s->queue;
	uint8_t *whole = xdp_whole(s, i);
	uint64_t *parts = xdp_parts(s, i);
	uint32_t bytes = 0;
	bool more, fits = true;

	do {
		const struct xdp_desc *d = descriptor(q, r);

		fits = fits && s->lent[i].parts < s->whole_frames &&
		       bytes + d->len <= s->whole_bytes;
		if (fits) {
			memcpy(whole + bytes, xdp_queue_at(q, d->addr), d->len);
			bytes += d->len;
			parts[s->lent[i].parts++] = d->addr;
		} else {
			xdp_queue_give(q, d->addr);
		}
		more = xdp_queue_continues(d);
	} while (more && go_on(q, r));
	return fits ? bytes : 0;
}

static enum frame_fault parse(struct xdp *s, uint32_t i, struct reading *r)
{
	struct xdp_queue *q = s->queue;
	const struct xdp_desc *d = descriptor(q, r);
	struct lent *l = &s->lent[i];

	l->sent = false;
	l->parts = 0;
	if (!xdp_queue_continues(d)) {
		l->address = d->addr;
		s->number[d->addr >> q->frame_shift] = (uint16_t)i;
		return frame_parse(&l->frame, xdp_queue_at(q, d->addr), d->len);
	}
	return frame_parse(&l->frame, xdp_whole(s, i), gather(s, i, r));
}

/* Those that no socket would deliver are given back at once. */
uint32_t xdp_take_frames(struct xdp *s, struct batch *b)
{
	struct xdp_queue *q = s->queue;
	struct reading r = {0};
	uint32_t i = 0;

	r.count = xdp_queue_receive(q, b->capacity, &r.index);
	for (; r.at < r.count; r.at++) {
		enum frame_fault fault = parse(s, i, &r);

		if (fault == FRAME_SOUND) {
			lend(s, &b->trains[i], i);
			i++;
			continue;
		}
		counter_add(s->counters,
			fault == FRAME_CHECKSUM ? COUNTER_XDP_CHECKSUM
						: COUNTER_XDP_RX_STRANGE,
			1);
		xdp_give_back(s, i);
	}
	if (r.count)
		xdp_queue_received(q, r.count);
	b->count = i;
	return i;
}

void xdp_give_back(struct xdp *s, uint32_t i)
{
	const struct lent *l = &s->lent[i];

	if (!l->parts)
		xdp_queue_give(s->queue, l->address);
	for (uint32_t k = 0; k < l->parts; k++)
		xdp_queue_give(s->queue, xdp_parts(s, i)[k]);
}
