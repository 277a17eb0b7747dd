/* SPDX-License-Identifier: MIT */
#include "oracle/wire.h"

#include <string.h>

/* What one peer gets, written out. */
struct wire {
	size_t used;
	bool full;
	uint8_t bytes[8 << 20];
};

static void put(struct wire *w, const void *data, size_t bytes)
{
	if (bytes > sizeof(w->bytes) - w->used) {
		w->full = true;
		return;
	}
	memcpy(w->bytes + w->used, data, bytes);
	w->used += bytes;
}

static void put_local(struct wire *w, const struct local_address *l)
{
	put(w, &l->family, sizeof(l->family));
	put(w, &l->interface, sizeof(l->interface));
	if (l->family != AF_UNSPEC)
		put(w, &l->v4, l->family == AF_INET ? 4 : 16);
}

static void put_datagrams(struct wire *w, const struct local_address *local,
	const uint8_t *data, uint32_t bytes, uint32_t segment_bytes,
	uint32_t segments)
{
	for (; segments > 0; segments--) {
		uint32_t n = bytes < segment_bytes ? bytes : segment_bytes;

		put_local(w, local);
		put(w, &n, sizeof(n));
		put(w, data, n);
		data += n;
		bytes -= n;
	}
}

static void put_message(struct wire *w, const struct message *m)
{
	static uint8_t gathered[65536];
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->iov_count; i++) {
		memcpy(gathered + n, m->iov[i].iov_base, m->iov[i].iov_len);
		n += (uint32_t)m->iov[i].iov_len;
	}
	put_datagrams(w, m->local, gathered, n, m->segment_bytes, m->segments);
}

static const char *peer_fault(const struct batch *b, const union address *peer)
{
	static struct wire before, after;

	before.used = after.used = 0;
	before.full = after.full = false;
	for (uint32_t i = 0; i < b->count; i++) {
		const struct train *t = &b->trains[i];

		if (t->verdict == VERDICT_ANSWER &&
			address_equal(t->peer, peer))
			put_datagrams(&before, &t->local, t->data,
				t->reply_bytes, t->reply_segment_bytes,
				t->reply_segments);
	}
	for (uint32_t i = 0; i < b->message_count; i++)
		if (address_equal(b->messages[i].peer, peer))
			put_message(&after, &b->messages[i]);
	if (before.full || after.full)
		return "the batch is too large for this check";
	if (before.used != after.used)
		return "datagrams are lost, or made up";
	if (memcmp(before.bytes, after.bytes, before.used) != 0)
		return "datagrams are cut, mixed or out of order";
	return NULL;
}

/* What udp_send_skb (net/ipv4/udp.c) asks of a GSO send, and the iovecs. */
static const char *message_fault(const struct message *m, uint32_t segments_max)
{
	size_t gathered = 0;

	if (m->segments < 1 || m->segments > segments_max)
		return "a message of too few or too many segments";
	if (m->iov_count < 1 || m->iov_count > m->segments)
		return "a message of too few or too many pieces";
	for (uint32_t i = 0; i < m->iov_count; i++)
		gathered += m->iov[i].iov_len;
	if (gathered != m->bytes || m->bytes > DATAGRAM_MAX_V6 + 8)
		return "a message whose pieces do not make its size";
	if (m->segments == 1)
		return m->bytes > m->segment_bytes ? "a datagram above its size"
						   : NULL;
	if (m->bytes > DATAGRAM_MAX_V4)
		return "a train too long for one send";
	if (m->bytes <= (m->segments - 1) * m->segment_bytes ||
		m->bytes > m->segments * m->segment_bytes)
		return "a train whose size is not that of its segments";
	return NULL;
}

static bool seen_before(const struct batch *b, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++)
		if (address_equal(b->trains[i].peer, b->trains[number].peer))
			return true;
	return false;
}

const char *wire_fault(const struct batch *b, uint32_t segments_max)
{
	const char *fault = NULL;

	for (uint32_t i = 0; i < b->message_count && !fault; i++)
		fault = message_fault(&b->messages[i], segments_max);
	for (uint32_t i = 0; i < b->count && !fault; i++)
		if (!seen_before(b, i))
			fault = peer_fault(b, b->trains[i].peer);
	return fault;
}
