/* SPDX-License-Identifier: MIT */
/*
 * How often all workers of a server have read back their figures from the
 * kernel, from each worker's count of that. The least of these counts would not
 * do: workers that were held up lag behind, and it then grows while a worker
 * ahead of them is held up.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct rounds {
	uint64_t *seen; /* each worker's count at the end of the last round */
	uint32_t workers;
	uint64_t done;
};

/* 0 or -ENOMEM; rounds_fini takes zeroed and failed ones. */
int rounds_init(struct rounds *r, uint32_t workers);
void rounds_fini(struct rounds *r);

/* counts: the first worker's; each next one's is stride further. A round ends
 * once all have grown. Returns the number of rounds so far. */
uint64_t rounds_look(struct rounds *r, const uint64_t *counts, size_t stride);
