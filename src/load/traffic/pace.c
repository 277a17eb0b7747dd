/* SPDX-License-Identifier: MIT */
#include "load/traffic/pace.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The error of the arithmetic, in datagrams. */
#define ROUNDING 1e-6

double pace_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return (double)(x * 0x2545f4914f6cdd1du >> 11) * 0x1p-53;
}

static bool is_constant(const struct pace_step *s)
{
	return s->from == s->to;
}

static void enter_step(struct pace *p)
{
	const struct pace_step *s = &p->plan->steps[p->step];

	p->in_step_ns = p->amount = p->base_ns = 0;
	p->interval_ns =
		is_constant(s) && s->from > 0 ? 1e9 / (s->from * p->share) : 0;
}

/* The rest of the step in datagrams of this share. */
static double left_in_step(const struct pace *p, const struct pace_step *s)
{
	double length = (double)s->duration_ns;
	double part = p->in_step_ns / length;
	double now = s->from + (s->to - s->from) * part;

	return (now + s->to) / 2 * p->share * (length - p->in_step_ns) / 1e9;
}

/* How many nanoseconds from the current position so many datagrams take: the
 * smaller root of rate t + slope t^2 / 2 = datagrams. */
static double time_of(
	const struct pace *p, const struct pace_step *s, double datagrams)
{
	double length = (double)s->duration_ns / 1e9, rate, slope;

	if (p->interval_ns > 0)
		return datagrams * p->interval_ns;
	if (datagrams <= 0)
		return 0;
	slope = (s->to - s->from) * p->share / length;
	rate = s->from * p->share + slope * p->in_step_ns / 1e9;
	/* In this form no nearly equal numbers are subtracted. */
	return 1e9 * 2 * datagrams /
	       (rate + sqrt(fmax(rate * rate + 2 * slope * datagrams, 0)));
}

static void go(struct pace *p, double datagrams)
{
	while (p->step < p->plan->step_count) {
		const struct pace_step *s = &p->plan->steps[p->step];
		double left = left_in_step(p, s);

		/* A departure exactly at the end belongs to the next step. */
		if (datagrams < left - ROUNDING) {
			p->in_step_ns += time_of(p, s, datagrams);
			p->base_ns = p->in_step_ns;
			p->amount = 0;
			p->at_ns = p->step_at_ns + p->in_step_ns;
			return;
		}
		datagrams = fmax(datagrams - left, 0);
		p->step_at_ns += (double)s->duration_ns;
		if (++p->step < p->plan->step_count)
			enter_step(p);
	}
	p->at_ns = INFINITY;
}

static double next_amount(struct pace *p)
{
	double burst = p->plan->burst;

	if (p->plan->spacing == PACE_EVEN)
		return burst;
	return -burst * log1p(-pace_random(&p->random));
}

void pace_init(struct pace *p, const struct pace_plan *plan, double share,
	double offset, uint64_t seed)
{
	*p = (struct pace){
		.plan = plan,
		.share = share,
		.random = seed * 0x9e3779b97f4a7c15u | 1,
	};
	/* The first numbers from a small seed are small. */
	for (int i = 0; i < 8; i++)
		(void)pace_random(&p->random);
	if (plan->step_count)
		enter_step(p);
	go(p, plan->spacing == PACE_EVEN ? offset * plan->burst
					 : next_amount(p));
}

void pace_advance(struct pace *p)
{
	/* The common case: the same step goes on at a constant rate. */
	double next = next_amount(p);
	double amount = p->amount + next;
	double t = p->base_ns + amount * p->interval_ns;

	if (p->interval_ns > 0 && p->step < p->plan->step_count &&
		t < (double)p->plan->steps[p->step].duration_ns) {
		p->amount = amount;
		p->in_step_ns = t;
		p->at_ns = p->step_at_ns + t;
		return;
	}
	go(p, next);
}

double pace_rate_at(const struct pace_plan *plan, uint64_t at_ns)
{
	for (uint32_t i = 0; i < plan->step_count; i++) {
		const struct pace_step *s = &plan->steps[i];

		if (at_ns < s->duration_ns)
			return s->from + (s->to - s->from) * (double)at_ns /
						 (double)s->duration_ns;
		at_ns -= s->duration_ns;
	}
	return 0;
}

double pace_planned(const struct pace_plan *plan, uint64_t at_ns)
{
	double sum = 0;

	for (uint32_t i = 0; i < plan->step_count; i++) {
		const struct pace_step *s = &plan->steps[i];
		double length = (double)s->duration_ns;
		double t = fmin((double)at_ns, length);

		sum += (s->from + (s->to - s->from) * t / length / 2) * t / 1e9;
		if (at_ns <= s->duration_ns)
			break;
		at_ns -= s->duration_ns;
	}
	return sum;
}

void pace_constant(struct pace_plan *plan, double rate, uint64_t duration_ns)
{
	plan->step_count = 1;
	plan->steps[0] = (struct pace_step){duration_ns, rate, rate};
}

int pace_prepend(struct pace_plan *plan, uint64_t duration_ns)
{
	if (plan->step_count == 0 || duration_ns == 0)
		return 0;
	if (plan->step_count == PACE_STEPS_MAX)
		return -ENOSPC;
	memmove(plan->steps + 1, plan->steps,
		plan->step_count * sizeof(plan->steps[0]));
	plan->steps[0] = (struct pace_step){
		duration_ns, plan->steps[1].from, plan->steps[1].from};
	plan->step_count++;
	return 0;
}
