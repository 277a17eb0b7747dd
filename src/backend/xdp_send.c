/* SPDX-License-Identifier: MIT */
/*
 * Replies go back in the frames of their requests. Those that cannot, since
 * they are longer than a frame, go to somebody else, or consist of more than
 * whole requests, go through the socket, whose kernel knows what to do.
 */
#include "backend/xdp_state.h"

#include "core/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

void xdp_flush(struct xdp *s)
{
	uint32_t calls = 0, dropped = 0;

	(void)xdp_queue_push(s->queue, &calls, &dropped);
	counter_add(s->counters, COUNTER_SEND_CALLS, calls);
	if (dropped)
		counter_add(s->counters, COUNTER_XDP_TX_DROPPED, dropped);
	xdp_queue_reap(s->queue);
}

static bool has_room(struct xdp *s, uint32_t frames)
{
	return xsk_prod_nb_free(&s->queue->tx, frames) >= frames;
}

/* The TX ring is full. Waits as resend() does for a full send buffer. */
static bool make_room(struct xdp *s, uint32_t frames)
{
	struct pollfd p = {.fd = s->queue->fd, .events = POLLOUT};

	xdp_queue_submit(s->queue);
	xdp_flush(s);
	if (has_room(s, frames))
		return true;
	if (clock_ns() < s->full_until_ns)
		return false;
	counter_add(s->counters, COUNTER_SEND_WAITS, 1);
	(void)poll(&p, 1, RESEND_WAIT_MS);
	xdp_flush(s);
	if (has_room(s, frames))
		return true;
	s->full_until_ns = clock_ns() + RESEND_REST_MS * 1000000ull;
	return false;
}

/* The loan that a piece of a reply is, or NULL. */
static struct lent *lent_of(struct xdp *s, const struct iovec *iov)
{
	const struct xdp_queue *q = s->queue;
	uint8_t *data = iov->iov_base;
	size_t at = (size_t)(data - q->area);
	struct lent *l;

	if (at < q->area_bytes)
		l = &s->lent[s->number[at >> q->frame_shift]];
	else if (data >= s->whole && data < s->whole_end)
		l = &s->lent[divided((uint32_t)(data - s->whole), s->by_whole)];
	else
		return NULL;
	return frame_payload(&l->frame) == iov->iov_base ? l : NULL;
}

static bool fits(const struct xdp *s, const struct lent *l, size_t bytes)
{
	uint32_t frame_bytes = s->queue->frame_bytes;
	uint32_t begins = (uint32_t)(l->address & (frame_bytes - 1));

	bytes += frame_headers(l->frame.v6);
	if (l->parts)
		return bytes <= s->packet_most &&
		       bytes <= (size_t)l->parts * frame_bytes;
	return bytes <= s->packet_most && begins + bytes <= frame_bytes;
}

/* Can each piece go back as a frame? */
static bool can_go_back(struct xdp *s, const struct message *m)
{
	if (m->iov_count != m->segments)
		return false;
	for (uint32_t i = 0; i < m->iov_count; i++) {
		const struct lent *l = lent_of(s, &m->iov[i]);

		if (!l || l->sent || !fits(s, l, m->iov[i].iov_len) ||
			!address_equal(m->peer, &s->peer[l - s->lent]))
			return false;
	}
	return true;
}

/* Copies a packet into as many of its frames as it needs. */
static bool scatter(struct xdp *s, uint32_t train, uint32_t bytes)
{
	struct xdp_queue *q = s->queue;
	const uint8_t *whole = xdp_whole(s, train);
	const uint64_t *parts = xdp_parts(s, train);
	uint32_t i = 0, frames = (bytes + q->frame_bytes - 1) >> q->frame_shift;

	if (!has_room(s, frames) && !make_room(s, frames))
		return false;
	for (; i < frames; i++) {
		uint64_t address = parts[i] & ~(uint64_t)(q->frame_bytes - 1);
		uint32_t n = bytes < q->frame_bytes ? bytes : q->frame_bytes;

		memcpy(xdp_queue_at(q, address), whole, n);
		(void)xdp_queue_put_part(q, address, n, i + 1 < frames);
		whole += n;
		bytes -= n;
	}
	for (; i < s->lent[train].parts; i++)
		xdp_queue_give(q, parts[i]);
	return true;
}

static bool put(struct xdp *s, const struct lent *l, uint32_t bytes)
{
	if (l->parts)
		return scatter(s, (uint32_t)(l - s->lent), bytes);
	return xdp_queue_put(s->queue, l->address, bytes) ||
	       (make_room(s, 1) && xdp_queue_put(s->queue, l->address, bytes));
}

static void send_back(struct xdp *s, struct message *m)
{
	for (uint32_t i = 0; i < m->iov_count; i++) {
		struct lent *l = lent_of(s, &m->iov[i]);
		struct frame *f = &l->frame;

		f->payload_bytes = (uint32_t)m->iov[i].iov_len;
		l->sent = put(
			s, l, frame_reply(f, f->v6 ? s->ttl_v6 : s->ttl_v4));
		if (!l->sent) {
			m->error = -EAGAIN;
			return;
		}
		m->sent_segments++;
		m->sent_bytes += f->payload_bytes;
	}
}

int xdp_send_frames(struct xdp *s, struct batch *b)
{
	int error = 0;

	for (uint32_t i = 0; i < b->message_count && !error; i++) {
		struct message *m = &b->messages[i];

		if (can_go_back(s, m))
			send_back(s, m);
		else
			error = resend(&s->resend, m, 0);
	}
	for (uint32_t i = 0; i < b->count; i++)
		if (!s->lent[i].sent)
			xdp_give_back(s, i);
	if (xdp_queue_submit(s->queue) || xdp_queue_unsent(s->queue))
		xdp_flush(s);
	(void)xdp_queue_refill(s->queue);
	return error;
}
