/* SPDX-License-Identifier: MIT */
/*
 * Jitter of a flow's round trips, computed like the interarrival jitter of RFC
 * 3550 (6.4.1, A.8): the difference between consecutive round trips, smoothed
 * by 1/16. Datagrams that left together and came back together count once, or a
 * train would smooth the jitter away. Private to load/.
 */
#pragma once

#include "load/load.h"

#include <stdint.h>

struct jitter {
	uint64_t last_ns; /* the last round trip */
	uint64_t scaled;  /* 16 times the estimate, nanoseconds */
	uint64_t count;   /* round trips */
};

/* Returns the difference from the previous round trip; 0 for the first. */
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

/* Adds a flow's jitter, if it has had two round trips, to a run's. */
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
