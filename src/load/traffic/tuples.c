/* SPDX-License-Identifier: MIT */
#include "load/traffic/tuples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024 /* a power of two, as all later sizes */

/* FNV-1a, whose upper half is better distributed. */
static size_t hash(const uint8_t *tuple)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < DISSECT_TUPLE; i++)
		h = (h ^ tuple[i]) * 0x100000001b3u;
	return (size_t)(h >> 32 ^ h);
}

/* The tuple's slot, or the free one where it belongs. */
static uint32_t *find(const struct tuples *t, const uint8_t *tuple)
{
	size_t mask = t->slot_count - 1, at = hash(tuple) & mask;

	while (t->slots[at] &&
		memcmp(t->list[t->slots[at] - 1], tuple, DISSECT_TUPLE) != 0)
		at = (at + 1) & mask;
	return &t->slots[at];
}

/* Doubles the slots, with room in the list for half as many. */
static int grow(struct tuples *t)
{
	size_t n = t->slot_count ? 2 * t->slot_count : SLOTS_FIRST;
	void *list = reallocarray(t->list, n / 2, DISSECT_TUPLE);
	uint32_t *slots;

	if (!list)
		return -ENOMEM;
	t->list = list;
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(t->slots);
	t->slots = slots;
	t->slot_count = n;
	for (uint32_t i = 0; i < t->count; i++)
		*find(t, t->list[i]) = i + 1;
	return 0;
}

int tuples_number(
	struct tuples *t, const uint8_t tuple[DISSECT_TUPLE], uint32_t *number)
{
	uint32_t *slot;

	if (t->count >= t->slot_count / 2 && grow(t))
		return -ENOMEM;
	slot = find(t, tuple);
	if (!*slot) {
		memcpy(t->list[t->count], tuple, DISSECT_TUPLE);
		*slot = ++t->count;
	}
	*number = *slot - 1;
	return 0;
}

void tuples_fini(struct tuples *t)
{
	free(t->list);
	free(t->slots);
	*t = (struct tuples){0};
}
