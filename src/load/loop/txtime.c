/* SPDX-License-Identifier: MIT */
#include "load/loop/txtime.h"

/* Time from here to the queueing discipline. */
#define SPARE_NS 200000u
#define READINGS 8

static uint64_t read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Uses the tightest of some readings. */
uint64_t txtime_ahead_ns(clockid_t clock)
{
	uint64_t best = UINT64_MAX, ahead = 0;

	if (clock == CLOCK_MONOTONIC)
		return 0;
	for (int i = 0; i < READINGS; i++) {
		uint64_t before = read_ns(CLOCK_MONOTONIC);
		uint64_t there = read_ns(clock);
		uint64_t gap = read_ns(CLOCK_MONOTONIC) - before;

		if (gap >= best)
			continue;
		best = gap;
		ahead = there - before - gap / 2;
	}
	return ahead;
}

uint64_t txtime_leave_ns(clockid_t clock, uint64_t meant_ns, uint64_t now_ns)
{
	if (clock == CLOCK_MONOTONIC || meant_ns > now_ns + SPARE_NS)
		return meant_ns;
	return now_ns + SPARE_NS;
}
