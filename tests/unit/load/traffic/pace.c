/* SPDX-License-Identifier: MIT */
/* Departures: as many as the plan says, when it says, and no drift. */
#include "load/traffic/pace.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>

#define SECOND 1000000000u

static struct pace_plan plan;
static struct pace pace;

static void constant(double rate, uint64_t duration_ns, uint32_t burst)
{
	plan = (struct pace_plan){.burst = burst};
	pace_constant(&plan, rate, duration_ns);
}

/* Departures up to the plan's end; last gets the time of the last. */
static uint64_t run_out(uint64_t *last)
{
	uint64_t n = 0, before = 0;

	while (pace_due_ns(&pace) != UINT64_MAX) {
		cr_assert(pace_due_ns(&pace) >= before);
		before = pace_due_ns(&pace);
		n++;
		pace_advance(&pace);
	}
	*last = before;
	return n;
}

Test(pace, of_a_constant_rate_is_even_to_the_nanosecond)
{
	constant(1e6, 10ull * SECOND, 1);
	pace_init(&pace, &plan, 1, 0, 1);
	for (uint64_t i = 0; i < 5000000; i++, pace_advance(&pace))
		cr_assert(pace_due_ns(&pace) - i * 1000 + 1 <= 2, "%lu: %lu", i,
			pace_due_ns(&pace));
}

Test(pace, does_not_drift_where_the_interval_is_no_whole_number)
{
	uint64_t last, n;

	constant(3e6, 2ull * SECOND, 1);
	pace_init(&pace, &plan, 1, 0, 1);
	n = run_out(&last);
	cr_assert(n >= 5999999 && n <= 6000001, "%lu", n);
	cr_assert(last > 2ull * SECOND - 1000);
}

/* What is added up is what a double's rounding of an interval would let drift
 * by some nanoseconds here, and by a millisecond in a run of hours. */
Test(pace, of_a_fraction_is_not_off_by_a_nanosecond_after_many)
{
	static const double rates[] = {7e6, 1.5, 0.3, 1e6 / 3};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		constant(rates[i], UINT64_MAX / 4, 1);
		pace_init(&pace, &plan, 1, 0, 1);
		for (uint64_t n = 0; n <= 5000000; n++, pace_advance(&pace)) {
			double due = (double)n * 1e9 / rates[i];

			cr_assert(fabs(pace.at_ns - due) < 1 + due * 1e-15,
				"%lu of %g: %f", n, rates[i], pace.at_ns - due);
		}
	}
}

Test(pace, lets_bursts_leave_together_at_the_same_rate)
{
	uint64_t last, n;

	constant(1e6, SECOND, 64);
	pace_init(&pace, &plan, 1, 0, 1);
	n = run_out(&last);
	cr_assert(n == 15625, "%lu", n);
}

Test(pace, of_shares_add_up_and_do_not_leave_at_one_moment)
{
	uint64_t sum = 0, last, first[4];

	constant(1000, SECOND, 1);
	for (int i = 0; i < 4; i++) {
		pace_init(&pace, &plan, 0.25, i / 4.0, 1);
		first[i] = pace_due_ns(&pace);
		sum += run_out(&last);
	}
	cr_assert(sum == 1000, "%lu", sum);
	for (int i = 1; i < 4; i++)
		cr_assert(first[i] - first[i - 1] == 1000000);
}

Test(pace, that_is_poisson_has_its_mean_and_its_spread)
{
	double sum = 0, squares = 0, mean, deviation;
	uint64_t before = 0;
	const int n = 200000;

	constant(1e5, 100ull * SECOND, 1);
	plan.spacing = PACE_POISSON;
	pace_init(&pace, &plan, 1, 0, 42);
	for (int i = 0; i < n; i++, pace_advance(&pace)) {
		double gap = (double)(pace_due_ns(&pace) - before);

		before = pace_due_ns(&pace);
		sum += gap;
		squares += gap * gap;
	}
	mean = sum / n;
	deviation = sqrt(squares / n - mean * mean);
	/* Five standard errors. */
	cr_assert(fabs(mean - 1e4) < 5 * 1e4 / sqrt(n), "%f", mean);
	cr_assert(fabs(deviation / mean - 1) < 0.02, "%f", deviation / mean);
}

Test(pace, is_repeatable_by_its_seed)
{
	struct pace other;

	constant(1e5, SECOND, 1);
	plan.spacing = PACE_POISSON;
	pace_init(&pace, &plan, 1, 0, 7);
	pace_init(&other, &plan, 1, 0, 7);
	for (int i = 0; i < 1000; i++) {
		cr_assert(pace_due_ns(&pace) == pace_due_ns(&other));
		pace_advance(&pace);
		pace_advance(&other);
	}
	pace_init(&other, &plan, 1, 0, 8);
	cr_assert(pace_due_ns(&pace) != pace_due_ns(&other));
}

/* 1000 to 3000 a second in a second: after t there have been
 * 1000 t + 1000 t^2. */
Test(pace, of_a_ramp_follows_its_integral)
{
	uint64_t last, n = 0;

	plan = (struct pace_plan){
		.burst = 1, .step_count = 1, .steps = {{SECOND, 1000, 3000}}};
	pace_init(&pace, &plan, 1, 0, 1);
	for (; pace_due_ns(&pace) < SECOND / 2; pace_advance(&pace)) {
		double t = (double)pace_due_ns(&pace) / 1e9;

		cr_assert(fabs(1000 * t + 1000 * t * t - (double)n) < 0.01,
			"%lu at %f", n, t);
		n++;
	}
	n += run_out(&last);
	cr_assert(n == 2000, "%lu", n);
}

Test(pace, may_sink_to_nothing)
{
	uint64_t last;

	plan = (struct pace_plan){.burst = 1,
		.step_count = 2,
		.steps = {{SECOND, 1000, 0}, {SECOND, 0, 1000}}};
	pace_init(&pace, &plan, 1, 0, 1);
	cr_assert(run_out(&last) == 1000);
	cr_assert(last > SECOND);
}

Test(pace, goes_from_step_to_step_without_losing_a_part)
{
	uint64_t last, n;

	plan = (struct pace_plan){.burst = 1, .step_count = 100};
	for (int i = 0; i < 100; i++)
		plan.steps[i] = (struct pace_step){1234567, 333, 333};
	pace_init(&pace, &plan, 1, 0, 1);
	n = run_out(&last);
	cr_assert(n == 42, "%lu", n); /* 333 x 0.1234567 = 41.1, from 0 on */
}

Test(pace, knows_its_rate_and_its_sum_at_any_time)
{
	plan = (struct pace_plan){.burst = 1,
		.step_count = 2,
		.steps = {{SECOND, 100, 100}, {SECOND, 100, 300}}};
	cr_assert(pace_rate_at(&plan, 0) == 100);
	cr_assert(pace_rate_at(&plan, SECOND + SECOND / 2) == 200);
	cr_assert(pace_rate_at(&plan, 2ull * SECOND) == 0);
	cr_assert(fabs(pace_planned(&plan, SECOND) - 100) < 1e-9);
	cr_assert(fabs(pace_planned(&plan, 2ull * SECOND) - 300) < 1e-9);
	cr_assert(fabs(pace_planned(&plan, 9ull * SECOND) - 300) < 1e-9);
	cr_assert(fabs(pace_planned(&plan, SECOND + SECOND / 2) - 175) < 1e-9);
}

Test(pace, warms_up_at_its_first_rate)
{
	plan = (struct pace_plan){
		.burst = 1, .step_count = 1, .steps = {{SECOND, 100, 300}}};
	cr_assert(pace_prepend(&plan, SECOND / 2) == 0);
	cr_assert(plan.step_count == 2);
	cr_assert(pace_rate_at(&plan, SECOND / 4) == 100);
	cr_assert(pace_rate_at(&plan, SECOND) == 200);
	plan.step_count = PACE_STEPS_MAX;
	cr_assert(pace_prepend(&plan, 1) == -ENOSPC);
}
