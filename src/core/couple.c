/* SPDX-License-Identifier: MIT */
#include "core/couple.h"

#include <string.h>

static bool same_local(
	const struct local_address *a, const struct local_address *b)
{
	if (a->family != b->family || a->interface != b->interface)
		return false;
	if (a->family == AF_INET)
		return a->v4.s_addr == b->v4.s_addr;
	return a->family == AF_UNSPEC || memcmp(&a->v6, &b->v6, 16) == 0;
}

/*
 * A shorter segment may only be the last one, and a zero-length datagram
 * cannot be a segment at all.
 */
static bool joins(const struct message *m, const struct train *t,
	uint32_t segment_bytes, uint32_t bytes, uint32_t segments_max)
{
	return m->segments < segments_max && bytes > 0 &&
	       m->bytes == m->segments * m->segment_bytes &&
	       segment_bytes == m->segment_bytes &&
	       m->bytes + bytes <= DATAGRAM_MAX_V4 &&
	       address_equal(m->peer, t->peer) &&
	       same_local(m->local, &t->local);
}

/* How many whole segments of t fit behind used bytes in used segments. */
static uint32_t fitting(const struct train *t, uint32_t left, uint32_t used,
	uint32_t used_bytes, uint32_t segments_max)
{
	uint32_t n = segments_max - used, space = DATAGRAM_MAX_V4 - used_bytes;

	if (n > left)
		n = left;
	if (n > 1 && n * t->reply_segment_bytes > space)
		n = space / t->reply_segment_bytes;
	return n ? n : 1;
}

static bool add_piece(struct batch *b, struct message *m, uint8_t *data,
	uint32_t bytes, uint32_t segments)
{
	if (b->iov_count == b->piece_capacity)
		return false;
	b->iov[b->iov_count++] = (struct iovec){data, bytes};
	m->iov_count++;
	m->bytes += bytes;
	m->segments += segments;
	return true;
}

static struct message *open_message(struct batch *b, const struct train *t)
{
	struct message *m;

	if (b->message_count == b->piece_capacity ||
		b->iov_count == b->piece_capacity)
		return NULL;
	m = &b->messages[b->message_count++];
	*m = (struct message){
		.peer = t->peer,
		.local = &t->local,
		.iov = &b->iov[b->iov_count],
		.segment_bytes = t->reply_segment_bytes,
	};
	return m;
}

static uint32_t couple_train(
	struct batch *b, const struct train *t, uint32_t segments_max)
{
	struct message *m =
		b->message_count ? &b->messages[b->message_count - 1] : NULL;
	uint32_t at = 0, left = t->reply_segments;

	while (left > 0) {
		uint32_t rest = t->reply_bytes - at;
		uint32_t one = rest < t->reply_segment_bytes
				       ? rest
				       : t->reply_segment_bytes;
		uint32_t n, bytes;

		if (!m ||
			!joins(m, t, t->reply_segment_bytes, one, segments_max))
			m = open_message(b, t);
		if (!m)
			return left;
		n = fitting(t, left, m->segments, m->bytes, segments_max);
		bytes = n == left ? rest : n * t->reply_segment_bytes;
		if (!add_piece(b, m, t->data + at, bytes, n))
			return left;
		at += bytes;
		left -= n;
	}
	return 0;
}

uint32_t couple(struct batch *b, uint32_t segments_max)
{
	uint32_t lost = 0;

	b->message_count = 0;
	b->iov_count = 0;
	for (uint32_t i = 0; i < b->count; i++)
		if (b->trains[i].verdict == VERDICT_ANSWER)
			lost += couple_train(b, &b->trains[i], segments_max);
	return lost;
}
