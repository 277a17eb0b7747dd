/* SPDX-License-Identifier: MIT */
/*
 * Planned departures of an open loop: a plan of rates over time, and its
 * departures one after the other. Arithmetic only, no clock.
 *
 * A departure is due when the integral of the rate has grown by exactly a burst
 * (PACE_EVEN), or by a burst times an exponentially distributed number
 * (PACE_POISSON: a Poisson process even while the rate changes). So the rate
 * drifts neither with intervals that are no whole number of nanoseconds nor
 * with a ramp.
 */
#pragma once

#include <stdint.h>

#define PACE_STEPS_MAX 256

enum pace_spacing {
	PACE_EVEN,
	PACE_POISSON,
};

/* The rate goes linearly from one value to another; then the next step
 * begins. */
struct pace_step {
	uint64_t duration_ns;
	double from, to; /* datagrams a second */
};

struct pace_plan {
	enum pace_spacing spacing;
	uint32_t burst; /* datagrams per departure; at least 1 */
	uint32_t step_count;
	struct pace_step steps[PACE_STEPS_MAX];
};

struct pace {
	const struct pace_plan *plan;
	double share; /* of the plan's rate */
	uint32_t step;
	double step_at_ns; /* start of the current step */
	double in_step_ns; /* offset of the last departure in the step */
	/* Between datagrams, in a step of constant rate; else 0. */
	double interval_ns;
	/* In a step of constant rate: datagrams since base_ns in it. Counting
	 * them, rather than adding up intervals, avoids rounding errors. */
	double amount, base_ns;
	double at_ns;
	uint64_t random;
};

/*
 * share, above 0 and up to 1: this one's part of the plan's rate, for threads
 * that divide it. offset, from 0 to below 1: the first departure comes this
 * part of an interval after the start, so that shares need not leave at the
 * same moment. plan must outlive p.
 */
void pace_init(struct pace *p, const struct pace_plan *plan, double share,
	double offset, uint64_t seed);

/* When the next burst is due, in nanoseconds since the start; UINT64_MAX after
 * the end of the plan. */
static inline uint64_t pace_due_ns(const struct pace *p)
{
	return p->at_ns < 1.8e19 ? (uint64_t)p->at_ns : UINT64_MAX;
}

/* Moves on to the next burst. */
void pace_advance(struct pace *p);

/* The plan's rate in datagrams per second, at_ns after the start; 0 after its
 * end. */
double pace_rate_at(const struct pace_plan *plan, uint64_t at_ns);

/* How many datagrams the plan has by at_ns after the start. */
double pace_planned(const struct pace_plan *plan, uint64_t at_ns);

/* Makes a plan of one rate; leaves spacing and burst as they are. */
void pace_constant(struct pace_plan *plan, double rate, uint64_t duration_ns);

/* Inserts a step at the plan's first rate before it. 0 or -ENOSPC. */
int pace_prepend(struct pace_plan *plan, uint64_t duration_ns);

/* A random number from 0 to below 1, by xorshift64*; *state must not be 0. */
double pace_random(uint64_t *state);
