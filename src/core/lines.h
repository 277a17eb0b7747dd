/* SPDX-License-Identifier: MIT */
/* Memory of whole cache lines, so that two threads that write to memory of
 * their own never write to the same line. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

/* Like calloc(3), and to be freed by free(3). malloc(3) has areas for threads,
 * but fewer than there may be threads, and not on every system. */
static inline void *lines_alloc(size_t count, size_t bytes)
{
	size_t all;
	void *p;

	if (__builtin_mul_overflow(count, bytes, &all) ||
		all > SIZE_MAX - CACHE_LINE)
		return NULL;
	all = (all + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	p = aligned_alloc(CACHE_LINE, all ? all : CACHE_LINE);
	return p ? memset(p, 0, all) : NULL;
}
