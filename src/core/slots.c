/* SPDX-License-Identifier: MIT */
#include "core/slots.h"

#include "core/lines.h"

#include <errno.h>
#include <sys/mman.h>

int slots_map(struct slots *s, uint32_t count, size_t stride)
{
	s->stride = stride;
	s->count = count;
	if (stride * count > UINT32_MAX)
		return -ENOMEM;
	s->by_stride = divisor_of((uint32_t)stride);
	s->base = mmap(NULL, stride * count, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->base != MAP_FAILED)
		return 0;
	s->base = NULL;
	return -ENOMEM;
}

int slots_init(struct slots *s, uint32_t count, size_t bytes)
{
	size_t lines = (bytes + CACHE_LINE - 1) / CACHE_LINE;

	return slots_map(s, count, (lines | 1) * CACHE_LINE);
}

void slots_fini(struct slots *s)
{
	if (s->base)
		munmap(s->base, s->stride * s->count);
	*s = (struct slots){0};
}
