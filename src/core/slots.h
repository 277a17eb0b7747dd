/* SPDX-License-Identifier: MIT */
/* Memory for datagrams and trains: slots of one size. */
#pragma once

#include "core/division.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slots {
	uint8_t *base;
	size_t stride; /* from one slot to the next */
	uint32_t count;
	struct divisor by_stride;
};

/*
 * Maps count slots of at least bytes each, without touching them. The stride is
 * an odd number of cache lines: with exactly 64 KiB the first lines of all
 * slots would share one set of the cache. At most 4 GiB. 0 or -ENOMEM.
 */
int slots_init(struct slots *s, uint32_t count, size_t bytes);

/* The same with that stride, which is 2 bytes or more. */
int slots_map(struct slots *s, uint32_t count, size_t stride);

/* Legal on zeroed state. */
void slots_fini(struct slots *s);

static inline uint8_t *slots_at(const struct slots *s, uint32_t index)
{
	return s->base + index * s->stride;
}

/* Is data in a slot? Then *index is its number. */
static inline bool slots_find(
	const struct slots *s, const uint8_t *data, uint32_t *index)
{
	size_t offset = (size_t)((uintptr_t)data - (uintptr_t)s->base);

	if (offset >= s->stride * s->count)
		return false;
	*index = divided((uint32_t)offset, s->by_stride);
	return true;
}
