/* SPDX-License-Identifier: MIT */
/* Interval reports, over the mem engine. */
#include "load/loop/interval.h"
#include "loop.h"

static struct load_interval heard;
static struct histogram latency; /* of heard */
static struct load_step steps[8];
static uint32_t step_count;
static struct intervals told;

static void hear(void *arg, const struct load_interval *i)
{
	(void)arg;
	heard = *i;
	if (i->latency)
		latency = *i->latency;
}

static void hear_step(void *arg, const struct load_step *s)
{
	(void)arg;
	steps[step_count++] = *s;
}

/* A run that is looked at from its start. */
static void begin(void)
{
	const struct load_counts none = {0};

	loop_begin(0);
	load->hooks.interval = hear;
	load->hooks.step = hear_step;
	intervals_begin(&told, load, &none);
	intervals_start(&told);
}

TestSuite(interval, .init = loop_init, .fini = loop_fini);

/* The thread that reports may get a CPU long after the one that sends. */
Test(interval, of_a_run_begins_with_its_first_datagram)
{
	begin();
	turn_once(t);
	cr_assert(sent_count == 4, "%u", (unsigned)sent_count);
	intervals_start(&told);
	intervals_tell(&told, load, false, NULL);
	cr_assert(heard.sent == 4, "%lu", heard.sent);
	intervals_tell(&told, load, false, NULL);
	cr_assert(heard.sent == 0, "%lu", heard.sent);
	cr_assert(heard.so_far.sent == 4);
}

/* The last four are answered, and four more leave. */
static void take_turn(void)
{
	for (uint32_t n = sent_count, i = n - 4; i < n; i++)
		loop_answer(i);
	turn_once(t);
}

/* That of an interval is not that of the run, nor of the window. */
Test(interval, has_the_latency_of_its_own_replies)
{
	begin();
	turn_once(t);
	take_turn();
	intervals_tell(&told, load, false, NULL);
	cr_assert(heard.latency && latency.count == 4, "%lu", latency.count);
	cr_assert(latency.max == t->meter.histograms[LOAD_LATENCY].max);
	intervals_tell(&told, load, false, NULL);
	cr_assert(heard.latency && latency.count == 0);
	take_turn();
	meter_begin(&t->meter); /* the window begins between two looks */
	take_turn();
	intervals_tell(&told, load, false, NULL);
	cr_assert(latency.count == 8, "%lu", latency.count);
	meter_latency(&t->meter, &latency);
	cr_assert(latency.count == 4, "%lu", latency.count);
}

static void plan_ramp(void)
{
	config.mode = LOAD_PACED;
	config.omit_ns = MS;
	config.time_ns = 4000 * (uint64_t)MS;
	config.pace = (struct pace_plan){.burst = 1,
		.step_count = 5,
		.steps = {{MS, 10, 10}, {1000 * (uint64_t)MS, 10, 10},
			{1000 * (uint64_t)MS, 20, 20}, {1, 30, 30},
			{1000 * (uint64_t)MS, 40, 40}}};
}

Test(interval, reports_each_step_of_a_ramp_when_it_is_over)
{
	uint64_t at;

	plan_ramp();
	begin();
	at = load->shared.start_ns;
	cr_assert(intervals_tell_step(&told, load, at, false) == at + MS);
	at += MS;
	cr_assert(intervals_tell_step(&told, load, at, false) ==
		  at + 1000 * (uint64_t)MS);
	cr_assert(step_count == 0, "the warm-up is no step");
	load_sleep(2 * MS);
	at += 1000 * (uint64_t)MS;
	(void)intervals_tell_step(&told, load, at, false);
	cr_assert(step_count == 1 && steps[0].all.step == 1);
	cr_assert(steps[0].rate_first == 10 && steps[0].rate_last == 10);
	load_sleep(2 * MS);
	(void)intervals_tell_step(
		&told, load, at + 1000 * (uint64_t)MS + 5, false);
	cr_assert(step_count == 2 && steps[1].all.step == 2);
	cr_assert(steps[1].rate_first == 20 && steps[1].rate_last == 30,
		"with the one that is too short");
	load_sleep(2 * MS);
	(void)intervals_tell_step(&told, load, at + 2000 * (uint64_t)MS, true);
	cr_assert(step_count == 3 && steps[2].all.step == 4);
	intervals_tell(&told, load, false, NULL);
	cr_assert(heard.step == 4 && heard.steps == 4);
}

/* One that is as long as its ramp, but for what a division leaves. */
Test(interval, has_no_step_after_a_ramp_that_fills_the_run)
{
	plan_ramp();
	config.time_ns = 2000 * (uint64_t)MS + 2;
	begin();
	load_sleep(2 * MS);
	cr_assert(intervals_tell_step(&told, load,
			  load->shared.start_ns + 9000 * (uint64_t)MS,
			  false) == UINT64_MAX);
	load_sleep(2 * MS);
	(void)intervals_tell_step(
		&told, load, load->shared.start_ns + 9000 * (uint64_t)MS, true);
	cr_assert(step_count == 1 && steps[0].all.step == 2, "%u", step_count);
	intervals_tell(&told, load, false, NULL);
	cr_assert(heard.step == 2 && heard.steps == 2, "%u of %u", heard.step,
		heard.steps);
}

Test(interval, of_one_rate_has_no_steps)
{
	plan_ramp();
	config.pace.step_count = 2;
	begin();
	cr_assert(intervals_tell_step(&told, load, clock_ns(), true) ==
		  UINT64_MAX);
	intervals_tell(&told, load, false, NULL);
	cr_assert(step_count == 0 && heard.step == 0 && heard.steps == 0);
	cr_assert(heard.planned_known && heard.planned >= 0);
}
