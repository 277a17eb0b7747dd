/* SPDX-License-Identifier: MIT */
#include "core/bounds.h"

#include <string.h>

void bounds_init(struct bounds *b)
{
	memset(b, 0, sizeof(*b));
	b->least = UINT32_MAX;
}

static uint32_t place_of(const union address *peer)
{
	return address_fold(peer) * ADDRESS_MIX >> 24;
}
_Static_assert(BOUNDS_PLACES == 1 << 8, "place_of() takes 8 bits");

static bool is_of(const struct bound *p, const union address *peer)
{
	return p->until_ns && address_same_host(&p->peer, peer);
}

void bounds_learn(struct bounds *b, const union address *peer, uint32_t bytes,
	uint64_t now_ns)
{
	struct bound *p = &b->place[place_of(peer)];

	if (is_of(p, peer) && p->bytes < bytes)
		bytes = p->bytes;
	p->peer = *peer;
	p->bytes = bytes;
	p->until_ns = now_ns + BOUNDS_KEPT_NS;
	if (bytes < b->least)
		b->least = bytes;
}

static void expire(struct bounds *b, struct bound *p, uint64_t now_ns)
{
	if (p->until_ns && now_ns >= p->until_ns)
		p->until_ns = 0;
	if (p->until_ns && p->bytes < b->least)
		b->least = p->bytes;
}

void bounds_expire(struct bounds *b, uint64_t now_ns)
{
	if (b->least == UINT32_MAX)
		return;
	b->least = UINT32_MAX;
	for (uint32_t i = 0; i < BOUNDS_PLACES; i++)
		expire(b, &b->place[i], now_ns);
}

uint32_t bounds_of(const struct bounds *b, const union address *peer)
{
	const struct bound *p = &b->place[place_of(peer)];

	return is_of(p, peer) ? p->bytes : UINT32_MAX;
}
