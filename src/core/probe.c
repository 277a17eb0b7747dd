/* SPDX-License-Identifier: MIT */
#include "core/probe.h"

#include <endian.h>
#include <string.h>

static void put32(uint8_t *at, uint32_t v)
{
	v = htobe32(v);
	memcpy(at, &v, sizeof(v));
}

static void put64(uint8_t *at, uint64_t v)
{
	v = htobe64(v);
	memcpy(at, &v, sizeof(v));
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return be32toh(v);
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return be64toh(v);
}

/*
 * Two rounds of multiply and fold (the finaliser of MurmurHash3, public
 * domain). It finds damage, not malice; a CRC would cost more than the rest of
 * the probe.
 */
static uint32_t mix(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t h = a * 0x9e3779b97f4a7c15u;

	h = (h ^ b ^ h >> 32) * 0xff51afd7ed558ccdu;
	h = (h ^ c ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(h >> 32);
}

static uint32_t probe_check(const struct probe *p)
{
	return mix((uint64_t)p->run << 32 | p->flow, p->sequence,
		p->sent_ns ^ (uint64_t)p->magic << 32);
}

static uint32_t receive_check(const struct probe_receive *r)
{
	return mix(r->received_ns, r->order, r->worker);
}

void probe_write(uint8_t *data, const struct probe *p)
{
	put32(data, p->magic);
	put32(data + 4, p->run);
	put32(data + 8, p->flow);
	put32(data + 12, probe_check(p));
	put64(data + 16, p->sequence);
	put64(data + 24, p->sent_ns);
}

bool probe_read(const uint8_t *data, struct probe *p)
{
	p->magic = get32(data);
	p->run = get32(data + 4);
	p->flow = get32(data + 8);
	p->sequence = get64(data + 16);
	p->sent_ns = get64(data + 24);
	return (p->magic == PROBE_REQUEST || p->magic == PROBE_REPLY) &&
	       get32(data + 12) == probe_check(p);
}

void probe_answer(uint8_t *data, uint32_t bytes, const struct probe_receive *r)
{
	struct probe p = {
		.magic = PROBE_REPLY,
		.run = get32(data + 4),
		.flow = get32(data + 8),
		.sequence = get64(data + 16),
		.sent_ns = get64(data + 24),
	};

	put32(data, p.magic);
	put32(data + 12, probe_check(&p));
	if (bytes < PROBE_BYTES + PROBE_RECEIVE_BYTES)
		return;
	put64(data + 32, r->received_ns);
	put64(data + 40, r->order);
	put32(data + 48, r->worker);
	put32(data + 52, receive_check(r));
}

bool probe_read_receive(
	const uint8_t *data, uint32_t bytes, struct probe_receive *r)
{
	if (bytes < PROBE_BYTES + PROBE_RECEIVE_BYTES)
		return false;
	r->received_ns = get64(data + 32);
	r->order = get64(data + 40);
	r->worker = get32(data + 48);
	return get32(data + 52) == receive_check(r);
}
