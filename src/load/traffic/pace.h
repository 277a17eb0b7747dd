/* SPDX-License-Identifier: MIT */
/*
 * When datagrams are meant to leave, in an open loop: a plan of rates over
 * time, and its departures one after the other. Arithmetic only, no clock.
 *
 * A departure is due when the integral of the rate has grown by what a burst
 * is: by exactly that (PACE_EVEN), or by that times an exponentially
 * distributed number (PACE_POISSON: a Poisson process also where the rate
 * changes). So neither an interval that is no whole number of nanoseconds nor
 * a ramp lets the rate drift.
 */
#pragma once

#include <stdint.h>

#define PACE_STEPS_MAX 256

enum pace_spacing {
	PACE_EVEN,
	PACE_POISSON,
};

/* From one rate to another, linearly, in so long; then the next step. */
struct pace_step {
	uint64_t duration_ns;
	double from, to; /* datagrams a second */
};

struct pace_plan {
	enum pace_spacing spacing;
	uint32_t burst; /* datagrams that leave together; at least 1 */
	uint32_t step_count;
	struct pace_step steps[PACE_STEPS_MAX];
};

struct pace {
	const struct pace_plan *plan;
	double share; /* of the plan's rate */
	uint32_t step;
	double step_at_ns;  /* where the step began */
	double in_step_ns;  /* where in it the last departure was */
	double interval_ns; /* of a constant step, of one datagram */
	/* Of a constant step: datagrams since base_ns of it. Whole intervals
	 * are added up as numbers, so that no rounding is. */
	double amount, base_ns;
	double at_ns;
	uint64_t random;
};

/*
 * share, above 0 to 1: this one's part of the plan's rate, as where threads
 * divide it. offset, 0 to below 1: the first departure is this part of an
 * interval after the start, so that shares need not leave at one moment. The
 * plan is the caller's, and stays.
 */
void pace_init(struct pace *p, const struct pace_plan *plan, double share,
	double offset, uint64_t seed);

/* When the next burst is due, nanoseconds since the start; UINT64_MAX when the
 * plan is at its end. */
static inline uint64_t pace_due_ns(const struct pace *p)
{
	return p->at_ns < 1.8e19 ? (uint64_t)p->at_ns : UINT64_MAX;
}

/* On to the burst after it. */
void pace_advance(struct pace *p);

/* The plan's rate at a time since the start, datagrams a second; 0 after its
 * end. */
double pace_rate_at(const struct pace_plan *plan, uint64_t at_ns);

/* How many datagrams the plan is about up to a time since the start. */
double pace_planned(const struct pace_plan *plan, uint64_t at_ns);

/* A plan of one rate for so long. */
void pace_constant(struct pace_plan *plan, double rate, uint64_t duration_ns);

/* What is done before the plan: so long at its first rate. 0, or -ENOSPC. */
int pace_prepend(struct pace_plan *plan, uint64_t duration_ns);

/* A number of 0 to below 1, by xorshift64*; state is not 0. */
double pace_random(uint64_t *state);
