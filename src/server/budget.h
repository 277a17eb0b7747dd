/* SPDX-License-Identifier: MIT */
/*
 * How many datagrams a server still takes (serve --count), shared by its
 * workers without a cache line that each of them writes for each batch.
 *
 * A worker keeps its count to itself until it has reached its share: half of
 * what is left, divided by the workers. Shares shrink with what is left, so
 * that near the end each batch is reported at once. A worker that has nothing
 * to do reports what it has kept.
 */
#pragma once

#include "core/lines.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct budget {
	/* Written rarely: a line of its own, which all workers read. */
	_Alignas(CACHE_LINE) _Atomic int64_t left;
	_Atomic uint64_t share;
	uint32_t workers;
};

void budget_init(struct budget *b, uint64_t datagrams, uint32_t workers);

/*
 * Takes datagrams (0: the worker is idle) off. kept: what this worker has not
 * reported, 0 at first. Returns whether the budget is used up. It may be
 * exceeded by what other workers receive while one that has kept some waits in
 * vain, which is 50 ms at most.
 */
bool budget_spend(struct budget *b, uint64_t *kept, uint32_t datagrams);
