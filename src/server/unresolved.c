/* SPDX-License-Identifier: MIT */
#include "server/unresolved.h"

#include "net/neighbour.h"

#include <string.h>

/* How long neighbours are refused after the buffer was last found nearly full.
 * The kernel gives up a neighbour, with what is queued for it, after three
 * seconds. */
#define KEPT_NS 5000000000ull

static uint32_t place_of(const union address *a)
{
	return address_fold(a) * ADDRESS_MIX >> 20;
}
_Static_assert(UNRESOLVED_PLACES == 1 << 12, "place_of() takes 12 bits");

/* The table is never full, so that the search ends at a free place. */
static uint32_t find(const struct unresolved *u, const union address *a)
{
	uint32_t i = place_of(a);

	while (u->place[i].sa.sa_family != AF_UNSPEC &&
		!address_same_host(&u->place[i], a))
		i = (i + 1) % UNRESOLVED_PLACES;
	return i;
}

void unresolved_add(struct unresolved *u, const union address *neighbour)
{
	uint32_t i = find(u, neighbour);

	if (u->count >= UNRESOLVED_PLACES / 2 ||
		u->place[i].sa.sa_family != AF_UNSPEC)
		return;
	u->place[i] = *neighbour;
	u->count++;
}

static void add(void *arg, const union address *neighbour)
{
	unresolved_add(arg, neighbour);
}

static void clear(struct unresolved *u)
{
	if (u->count)
		memset(u->place, 0, sizeof(u->place));
	u->count = 0;
}

void unresolved_look(struct unresolved *u, uint32_t queued_bytes,
	uint32_t room_bytes, uint64_t now_ns)
{
	if (queued_bytes > room_bytes / 4)
		u->until_ns = now_ns + KEPT_NS;
	if (!u->until_ns)
		return;
	clear(u);
	if (now_ns >= u->until_ns)
		u->until_ns = 0;
	else
		/* If the kernel does not answer, all peers are answered as
		 * before. */
		(void)neighbours_unresolved(add, u);
}

void unresolved_check(
	const struct unresolved *u, struct batch *b, struct counters *counters)
{
	for (uint32_t i = 0; i < b->count; i++) {
		struct train *t = &b->trains[i];
		union address peer = *t->peer;

		if (t->verdict != VERDICT_ANSWER)
			continue;
		address_unmap(&peer);
		if (u->place[find(u, &peer)].sa.sa_family == AF_UNSPEC)
			continue;
		t->verdict = VERDICT_REFUSE;
		counter_add(counters, COUNTER_SEND_FAILED_UNRESOLVED,
			t->segments - t->refused);
	}
}
