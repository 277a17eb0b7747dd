/* SPDX-License-Identifier: MIT */
#include "core/probe.h"

static uint32_t receive_check(const struct probe_receive *r)
{
	return probe_mix(r->received_ns, r->order, r->worker);
}

void probe_write_train(
	uint8_t *data, uint32_t bytes, uint32_t n, const struct probe *first)
{
	struct probe p = *first;

	for (; n > 0; n--, p.sequence++, data += bytes)
		probe_write(data, bytes, &p);
}

static inline bool is_word(const uint8_t *data, uint64_t word)
{
	uint64_t is;

	memcpy(&is, data, sizeof(is));
	return is == word;
}

/* Compares words as they lie in memory, so that a loop converts what stays the
 * same only once. */
static inline bool matches(
	const uint8_t *data, uint32_t bytes, const struct probe *p)
{
	const uint64_t direction = htobe64((uint64_t)p->magic << 32 | p->run);
	const uint64_t flow =
		htobe64((uint64_t)p->flow << 32 | probe_check(p, bytes));
	const uint64_t sequence = htobe64(p->sequence);
	const uint64_t sent_ns = htobe64(p->sent_ns);

	return is_word(data, direction) && is_word(data + 8, flow) &&
	       is_word(data + 16, sequence) && is_word(data + 24, sent_ns);
}

uint32_t probe_match_train(const uint8_t *data, uint32_t bytes, uint32_t n,
	const struct probe *first)
{
	const uint64_t end = first->sequence + n;
	struct probe p = *first;

	for (; p.sequence != end && matches(data, bytes, &p); p.sequence++)
		data += bytes;
	return (uint32_t)(p.sequence - first->sequence);
}

void probe_answer(uint8_t *data, uint32_t bytes, const struct probe_receive *r)
{
	struct probe p = {
		.magic = PROBE_REPLY,
		.run = probe_get32(data + 4),
		.flow = probe_get32(data + 8),
		.sequence = probe_get64(data + 16),
		.sent_ns = probe_get64(data + 24),
	};

	probe_put32(data, p.magic);
	probe_put32(data + 12, probe_check(&p, bytes));
	if (bytes < PROBE_BYTES + PROBE_RECEIVE_BYTES)
		return;
	probe_put64(data + 32, r->received_ns);
	probe_put64(data + 40, r->order);
	probe_put32(data + 48, r->worker);
	probe_put32(data + 52, receive_check(r));
}

bool probe_read_receive(
	const uint8_t *data, uint32_t bytes, struct probe_receive *r)
{
	if (bytes < PROBE_BYTES + PROBE_RECEIVE_BYTES)
		return false;
	r->received_ns = probe_get64(data + 32);
	r->order = probe_get64(data + 40);
	r->worker = probe_get32(data + 48);
	return probe_get32(data + 52) == receive_check(r);
}
