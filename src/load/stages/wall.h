/* SPDX-License-Identifier: MIT */
/*
 * CLOCK_REALTIME, in which the kernel stamps, kept an eye on: it is set, by
 * people and by programs, and a duration over such a step is none. Both it and
 * CLOCK_MONOTONIC are slewed alike, so that they keep apart by one number,
 * unless it is set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct wall {
	int64_t apart_ns; /* CLOCK_REALTIME less CLOCK_MONOTONIC */
};

void wall_init(struct wall *w);

/* Was CLOCK_REALTIME set since it was asked last? wall_ns is a reading of it
 * that was taken just now. */
bool wall_was_set(struct wall *w, uint64_t wall_ns);

/* A reading of CLOCK_MONOTONIC as one of CLOCK_REALTIME. */
static inline uint64_t wall_of(const struct wall *w, uint64_t monotonic_ns)
{
	return monotonic_ns + (uint64_t)w->apart_ns;
}
