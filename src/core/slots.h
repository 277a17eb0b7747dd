/* SPDX-License-Identifier: MIT */
/* Memory that datagrams and trains lie in: so many slots of one size. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct slots {
	uint8_t *base;
	size_t stride; /* from one slot to the next */
	uint32_t count;
};

/*
 * Each of bytes at least. The stride is an odd number of cache lines: at
 * exactly 64 KiB the first lines of all slots would share one set of the cache.
 * Mapped, not touched. 0 or -ENOMEM.
 */
int slots_init(struct slots *s, uint32_t count, size_t bytes);

/* Legal on zeroed state. */
void slots_fini(struct slots *s);

static inline uint8_t *slots_at(const struct slots *s, uint32_t index)
{
	return s->base + index * s->stride;
}
