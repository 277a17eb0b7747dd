/* SPDX-License-Identifier: MIT */
#include "core/probe.h"

static uint32_t receive_check(const struct probe_receive *r)
{
	return probe_mix(r->received_ns, r->order, r->worker);
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
