/* SPDX-License-Identifier: MIT */
/*
 * Watches whether CLOCK_REALTIME, the clock of the kernel's stamps, is set: a
 * duration across such a step is meaningless. It is slewed together with
 * CLOCK_MONOTONIC, so that the difference between the two stays the same until
 * it is set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct wall {
	int64_t apart_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
};

void wall_init(struct wall *w);

/* Was CLOCK_REALTIME set since the last call? wall_ns: a fresh reading of
 * it. */
bool wall_was_set(struct wall *w, uint64_t wall_ns);

/* Converts a reading of CLOCK_MONOTONIC to CLOCK_REALTIME. */
static inline uint64_t wall_of(const struct wall *w, uint64_t monotonic_ns)
{
	return monotonic_ns + (uint64_t)w->apart_ns;
}
