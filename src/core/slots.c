/* SPDX-License-Identifier: MIT */
#include "core/slots.h"

#include "core/lines.h"

#include <errno.h>
#include <sys/mman.h>

int slots_init(struct slots *s, uint32_t count, size_t bytes)
{
	size_t lines = (bytes + CACHE_LINE - 1) / CACHE_LINE;

	s->stride = (lines | 1) * CACHE_LINE;
	s->count = count;
	if (s->stride * count > UINT32_MAX)
		return -ENOMEM;
	s->by_stride = divisor_of((uint32_t)s->stride);
	s->base = mmap(NULL, s->stride * count, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->base != MAP_FAILED)
		return 0;
	s->base = NULL;
	return -ENOMEM;
}

void slots_fini(struct slots *s)
{
	if (s->base)
		munmap(s->base, s->stride * s->count);
	*s = (struct slots){0};
}
