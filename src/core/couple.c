/* SPDX-License-Identifier: MIT */
/*
 * Two passes. The first assigns every piece of a reply to a message: the one
 * open for its peer, found in a small table, or a new one. The second puts the
 * pieces of each message next to each other, since a message's iovecs are one
 * array; it is only needed if a message got a piece after a newer one was
 * opened.
 *
 * The table has one place per hash and no chains. A peer that loses its place
 * to another starts a new message, which costs a little coupling but never the
 * order, since newer messages are sent after older ones.
 */
#include "core/couple.h"

#include <string.h>

#define PLACES_BITS 6

struct couple {
	struct batch *batch;
	uint32_t segments_max;
};

/* The open message for a hash of the peer: its number + 1; 0: none. */
struct places {
	uint32_t open[1 << PLACES_BITS];
};

static uint32_t *place(struct places *p, const union address *peer)
{
	uint32_t h = peer->in.sin_port ^ address_fold(peer);

	return &p->open[h * ADDRESS_MIX >> (32 - PLACES_BITS)];
}

static inline bool same_local(
	const struct local_address *a, const struct local_address *b)
{
	/* As at all sockets of one address. */
	if (a->family == AF_UNSPEC && b->family == AF_UNSPEC)
		return a->interface == b->interface;
	if (a->family != b->family || a->interface != b->interface)
		return false;
	if (a->family == AF_INET)
		return a->v4.s_addr == b->v4.s_addr;
	return memcmp(&a->v6, &b->v6, 16) == 0;
}

static bool may_couple(const struct couple *c, const struct train *t)
{
	const struct bounds *b = c->batch->bounds;

	return !b || bounds_allow(b, t->peer, t->reply_segment_bytes);
}

/*
 * Only the last segment may be shorter, and a datagram of zero bytes cannot be
 * a segment at all.
 */
static inline bool joins(const struct couple *c, const struct message *m,
	const struct train *t, uint32_t bytes)
{
	return m->segments < c->segments_max && bytes > 0 &&
	       t->reply_segment_bytes == m->segment_bytes &&
	       m->bytes == m->segments * m->segment_bytes &&
	       m->bytes + bytes <= DATAGRAM_MAX_V4 &&
	       address_equal(m->peer, t->peer) &&
	       same_local(m->local, &t->local) && may_couple(c, t);
}

/* How many of the left segments of t fit into m: at least one. */
static uint32_t fitting(const struct couple *c, const struct message *m,
	const struct train *t, uint32_t left)
{
	uint32_t n = c->segments_max - m->segments;
	uint32_t space = DATAGRAM_MAX_V4 - m->bytes;

	if (!may_couple(c, t))
		return 1;
	if (n > left)
		n = left;
	if (n > 1 && n * t->reply_segment_bytes > space)
		n = space / t->reply_segment_bytes;
	return n ? n : 1;
}

static inline struct message *open_message(
	struct couple *c, const struct train *t, uint32_t *slot)
{
	struct batch *b = c->batch;
	/* There is room, since each other message has at least one piece. */
	struct message *m = &b->messages[b->message_count++];

	*m = (struct message){
		.peer = t->peer,
		.local = &t->local,
		.iov = &b->iov[b->piece_count],
		.segment_bytes = t->reply_segment_bytes,
	};
	*slot = b->message_count;
	return m;
}

static inline void add_piece(struct couple *c, uint32_t message, uint8_t *data,
	uint32_t bytes, uint32_t segments)
{
	struct batch *b = c->batch;
	struct message *m = &b->messages[message];

	b->iov[b->piece_count] = (struct iovec){data, bytes};
	b->pieces[b->piece_count++] = (struct piece){data, bytes, message};
	m->iov_count++;
	m->bytes += bytes;
	m->segments += segments;
}

/* The same as couple_train() for a single datagram, without its loop. */
static uint32_t couple_single(
	struct couple *c, const struct train *t, uint32_t *slot)
{
	struct batch *b = c->batch;
	struct message *m = *slot ? &b->messages[*slot - 1] : NULL;

	if (b->piece_count == b->piece_capacity)
		return 1;
	if (!m || !joins(c, m, t, t->reply_bytes))
		m = open_message(c, t, slot);
	add_piece(c, *slot - 1, t->data, t->reply_bytes, 1);
	return 0;
}

/* Returns the number of segments for which there was no room. */
static uint32_t couple_train(
	struct couple *c, const struct train *t, uint32_t *slot)
{
	struct batch *b = c->batch;
	struct message *m = *slot ? &b->messages[*slot - 1] : NULL;
	uint32_t at = 0, left = t->reply_segments;

	while (left > 0) {
		uint32_t rest = t->reply_bytes - at;
		uint32_t one = rest < t->reply_segment_bytes
				       ? rest
				       : t->reply_segment_bytes;
		uint32_t n, bytes;

		/* Checked before a message is opened, since an empty message
		 * would be sent as an empty datagram. */
		if (b->piece_count == b->piece_capacity)
			return left;
		if (!m || !joins(c, m, t, one))
			m = open_message(c, t, slot);
		n = fitting(c, m, t, left);
		bytes = n == left ? rest : n * t->reply_segment_bytes;
		add_piece(c, *slot - 1, t->data + at, bytes, n);
		at += bytes;
		left -= n;
	}
	return 0;
}

/* Has a message more pieces than came before the next message was opened? If
 * none has, all are next to each other. */
static bool is_scattered(const struct batch *b)
{
	const struct message *m = b->messages;

	for (uint32_t i = 1; i < b->message_count; i++)
		if (m[i - 1].iov + m[i - 1].iov_count != m[i].iov)
			return true;
	return false;
}

static void lay_out(struct batch *b)
{
	struct iovec *next = b->iov;

	for (uint32_t i = 0; i < b->message_count; i++) {
		b->messages[i].iov = next;
		next += b->messages[i].iov_count;
		b->messages[i].iov_count = 0;
	}
	for (uint32_t i = 0; i < b->piece_count; i++) {
		const struct piece *p = &b->pieces[i];
		struct message *m = &b->messages[p->message];

		m->iov[m->iov_count++] = (struct iovec){p->data, p->bytes};
	}
}

static uint32_t first_answer(const struct batch *b, uint32_t i)
{
	while (i < b->count && b->trains[i].verdict != VERDICT_ANSWER)
		i++;
	return i;
}

static uint32_t couple_all(struct couple *c, uint32_t first)
{
	struct batch *b = c->batch;
	struct places p = {0};
	uint32_t lost = 0;

	for (uint32_t i = first; i < b->count; i++) {
		const struct train *t = &b->trains[i];

		if (t->verdict != VERDICT_ANSWER)
			continue;
		if (t->reply_segments == 1)
			lost += couple_single(c, t, place(&p, t->peer));
		else
			lost += couple_train(c, t, place(&p, t->peer));
	}
	return lost;
}

/* Makes a message of the only answer, if it is one send. */
static bool couple_whole(struct couple *c, const struct train *t)
{
	struct batch *b = c->batch;
	uint32_t slot;

	if (b->piece_count == b->piece_capacity || t->reply_segments == 0)
		return false;
	if (t->reply_segments > 1 &&
		(t->reply_segments > c->segments_max ||
			t->reply_bytes > DATAGRAM_MAX_V4 || !may_couple(c, t)))
		return false;
	open_message(c, t, &slot);
	add_piece(c, slot - 1, t->data, t->reply_bytes, t->reply_segments);
	return true;
}

uint32_t couple_more(struct batch *b, uint32_t first, uint32_t segments_max)
{
	struct couple c = {b, segments_max};
	uint32_t i = first_answer(b, first), slot = 0, lost;

	/* The table is only needed for two or more answers. */
	if (i == b->count)
		return 0;
	if (i == b->count - 1 && couple_whole(&c, &b->trains[i]))
		return 0;
	if (i == b->count - 1)
		lost = couple_train(&c, &b->trains[i], &slot);
	else
		lost = couple_all(&c, i);
	if (is_scattered(b))
		lay_out(b);
	return lost;
}

uint32_t couple(struct batch *b, uint32_t segments_max)
{
	b->message_count = 0;
	b->piece_count = 0;
	return couple_more(b, 0, segments_max);
}
