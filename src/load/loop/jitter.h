/* SPDX-License-Identifier: MIT */
/*
 * Interarrival jitter of a flow, as RFC 3550 has it (6.4.1, A.8), of round
 * trips: how much one differs from the one before, smoothed by a sixteenth.
 * What was sent at one moment and came at one counts once, or a train would
 * smooth it away. Private to load/.
 */
#pragma once

#include "load/load.h"

#include <stdint.h>

struct jitter {
	uint64_t last_ns; /* the last round trip */
	uint64_t scaled;  /* 16 times the estimate, nanoseconds */
	uint64_t count;   /* round trips */
};

/* Returns by how much it differs from the one before; 0 for the first. */
static inline uint64_t jitter_note(struct jitter *j, uint64_t trip_ns)
{
	uint64_t d = trip_ns > j->last_ns ? trip_ns - j->last_ns
					  : j->last_ns - trip_ns;

	j->last_ns = trip_ns;
	if (j->count++ == 0)
		return 0;
	j->scaled += d - ((j->scaled + 8) >> 4);
	return d;
}

/* A flow that has one is added to those of a run. */
static inline void jitter_add(struct load_jitter *sum, const struct jitter *j)
{
	uint64_t ns = j->scaled >> 4;

	if (j->count < 2)
		return;
	sum->flows++;
	sum->sum_ns += (double)ns;
	if (ns > sum->most_ns)
		sum->most_ns = ns;
}

static inline void jitter_merge(
	struct load_jitter *sum, const struct load_jitter *more)
{
	sum->flows += more->flows;
	sum->sum_ns += more->sum_ns;
	if (more->most_ns > sum->most_ns)
		sum->most_ns = more->most_ns;
}
