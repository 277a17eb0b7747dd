/* SPDX-License-Identifier: MIT */
/* Windows by count, over the mem engine: where their marks come. */
#include "load/loop/count_marks.h"
#include "loop.h"

#define WARM 100
#define N    1000

static void start(void)
{
	loop_init();
	script.echo = script.turns = true;
	config.count_warm = WARM;
	config.count_window = N;
}

static void begin(void)
{
	loop_begin(0);
	count_marks_begin(t);
}

static void take_turns(unsigned n)
{
	while (n-- > 0)
		turn_once(t);
}

/* Turns until the last mark. */
static void go_through(void)
{
	unsigned left = 100 * N;

	begin();
	while (!count_windows_over(&t->windows) && left-- > 0)
		turn_once(t);
	cr_assert(count_windows_over(&t->windows), "%u marks", t->windows.done);
}

/* Each mark comes at its position, or at most over datagrams later. */
static void expect_marks(bool answered, uint64_t over)
{
	uint64_t due = WARM;

	for (unsigned i = 0; i < LOAD_MARKS; i++) {
		const struct load_mark *m = &t->windows.at[i];
		uint64_t at = answered ? m->answered : m->sent;

		cr_assert(at >= due && at <= due + over,
			"mark %u at %lu, due at %lu", i, at, due);
		due = at + (i + 1) * N;
	}
}

TestSuite(count_marks, .init = start, .fini = loop_fini);

Test(count_marks, of_a_ping_pong_come_at_their_very_datagrams)
{
	config.window = 1;
	go_through();
	expect_marks(true, 0);
	cr_assert(t->windows.at[2].answered == WARM + 3 * N);
}

Test(count_marks, of_a_window_come_within_a_turn)
{
	config.flows = 3;
	config.window = 7;
	go_through();
	expect_marks(true, 2 * ENGINE_MESSAGES);
	for (unsigned i = 0; i < LOAD_MARKS; i++)
		cr_assert(t->windows.at[i].sent <=
			  t->windows.at[i].answered + 21);
}

/* So none of what the peer has worked for is left out. */
Test(count_marks, come_when_all_that_was_answered_is_taken)
{
	config.flows = 4;
	config.window = 64;
	go_through();
	for (unsigned i = 0; i < LOAD_MARKS; i++)
		cr_assert(t->windows.at[i].answered % (4 * 64) == 0, "%u: %lu",
			i, t->windows.at[i].answered);
}

/* A peer on another CPU answers for ever. */
Test(count_marks, come_though_replies_never_end)
{
	script.turns = false;
	config.window = 7;
	go_through();
	expect_marks(true, N / 4 + 2 * ENGINE_ARRIVALS);
}

Test(count_marks, of_trains_come_within_a_turn)
{
	config.train = 16;
	config.window = 64;
	go_through();
	expect_marks(true, 64 * config.flows);
	cr_assert(t->windows.at[1].answered % 16 == 0);
}

Test(count_marks, of_a_flood_come_within_a_turn)
{
	script.turns = false;
	config.mode = LOAD_FLOOD;
	go_through();
	expect_marks(true, 2 * ENGINE_ARRIVALS);
}

Test(count_marks, are_by_what_is_sent_where_nobody_answers)
{
	script.echo = false;
	config.mode = LOAD_FLOOD;
	config.replies = REPLIES_NONE;
	go_through();
	expect_marks(false, ENGINE_MESSAGES);
	cr_assert(t->windows.at[2].answered == 0);
}

Test(count_marks, follow_a_plan)
{
	script.turns = false;
	config.mode = LOAD_PACED;
	config.pace.burst = 1;
	pace_constant(&config.pace, 1e6, 3600000000000);
	go_through();
	expect_marks(true, 2 * DEPARTURES_DUE);
}

Test(count_marks, wait_for_replies_and_not_for_sends)
{
	script.echo = false;
	config.timeout_ns = 1;
	begin();
	take_turns(2 * N);
	cr_assert(t->windows.done == 0 && sent_count > 0);
}

Test(count_marks, end_what_is_sent_and_the_run)
{
	uint64_t before;

	go_through();
	cr_assert(atomic_load(&load->shared.windows_counted));
	before = sent_count;
	take_turns(10);
	cr_assert(sent_count == before);
}

Test(count_marks, do_not_come_after_the_end_of_a_run)
{
	begin();
	take_turns(WARM / 8);
	t->phase = PHASE_REST;
	take_turns(10 * N);
	cr_assert(t->windows.done == 0);
}

Test(count_marks, begin_anew_with_each_run)
{
	config.window = 1;
	go_through();
	count_marks_begin(t);
	t->mode->begin(t);
	cr_assert(t->windows.done == 0);
	take_turns(WARM + 4);
	cr_assert(t->windows.done == 1, "%u", t->windows.done);
	cr_assert(t->windows.at[0].answered == WARM);
}

Test(count_marks, are_none_unless_they_are_asked_for)
{
	config.count_window = 0;
	begin();
	take_turns(10 * N);
	cr_assert(t->windows.done == 0 && t->windows.due == UINT64_MAX);
	cr_assert(loop_counts().answered > 4 * N);
}

static struct load_result result;

static void run(void)
{
	const struct load_hooks hooks = {0};
	char why[256];

	script.sleeps = true;
	cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) == 0,
		"%s", why);
	cr_assert(load_run(load, &result, why, sizeof(why)) == 0, "%s", why);
}

Test(count_marks, end_a_whole_run)
{
	config.time_ns = 3600 * 1000 * (uint64_t)MS;
	for (unsigned i = 0; i < 2; i++) {
		if (i == 0)
			run();
		else
			cr_assert(load_run(load, &result, NULL, 0) == 0);
		cr_assert(result.mark_count == LOAD_MARKS);
		cr_assert(result.marks[2].answered >= WARM + 3 * N);
		cr_assert(result.whole.sent >= result.marks[2].sent);
		cr_assert(result.whole.answered == result.whole.sent);
	}
}

Test(count_marks, of_a_run_that_ends_before_are_fewer)
{
	config.count_window = UINT64_MAX / 8;
	config.time_ns = 1;
	run();
	cr_assert(result.mark_count < LOAD_MARKS);
}
