/* SPDX-License-Identifier: MIT */
#include "load/peer/rounds.h"

#include <errno.h>
#include <stdlib.h>

int rounds_init(struct rounds *r, uint32_t workers)
{
	*r = (struct rounds){
		.seen = calloc(workers, sizeof(*r->seen)), .workers = workers};
	return r->seen ? 0 : -ENOMEM;
}

void rounds_fini(struct rounds *r)
{
	free(r->seen);
	*r = (struct rounds){0};
}

uint64_t rounds_look(struct rounds *r, const uint64_t *counts, size_t stride)
{
	for (uint32_t w = 0; w < r->workers; w++)
		if (counts[w * stride] <= r->seen[w])
			return r->done;
	for (uint32_t w = 0; w < r->workers; w++)
		r->seen[w] = counts[w * stride];
	return ++r->done;
}
