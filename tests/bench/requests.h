/* SPDX-License-Identifier: MIT */
/* Trains of probes, as they arrive at a server. */
#pragma once

#include "bench.h"

#include "backend/mem.h"

#include <string.h>

struct requests {
	struct mem_train *trains;
	uint8_t *data;
	uint32_t count, datagrams; /* trains, and all their segments */
};

/* 0 or -ENOMEM; requests_fini() in either case. */
int requests_init(struct requests *r, const struct bench_shape *shape);

/* Zeroed state is legal. */
void requests_fini(struct requests *r);
