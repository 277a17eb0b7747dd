/* SPDX-License-Identifier: MIT */
/* How often a benchmark is run, and what follows from its runs. */
#pragma once

#include "bench.h"

#include <stdbool.h>

/* One short run: nanoseconds and, where they are counted, instructions of an
 * item. */
struct sample {
	double ns, instructions;
};

struct spread {
	double least, quarter, median, three_quarters;
};

/* Runs of one benchmark. */
struct samples {
	const struct bench *bench;
	void *self;
	uint64_t times; /* of a run, so that it takes about RUN_NS */
	struct sample *runs;
	size_t count;
	/* Of the runs, less its floor in the same round; without a floor, as
	 * they are. */
	struct spread ns, above_ns;
	double instructions, above_instructions; /* medians */
};

#define RUN_NS 300000u

/* Sets the benchmark up for so many runs, and finds out how long a run is.
 * 0 or -errno; samples_close() in either case. */
int samples_open(struct samples *s, const struct bench *b, size_t runs);

/* Legal on zeroed state. */
void samples_close(struct samples *s);

/* One more run. fd: a counter of instructions; -1: none. */
void samples_add(struct samples *s, int fd);

/* Computes the rest. floor: with as many runs, or NULL. */
void samples_conclude(struct samples *s, const struct samples *floor);

/* A counter of this thread's instructions in user space; or -errno, in a
 * virtual machine mostly -ENOENT. */
int instructions_open(void);
