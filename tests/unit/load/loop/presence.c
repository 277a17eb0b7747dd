/* SPDX-License-Identifier: MIT */
/* Looks at a peer, one every 20 ms. */
#include "load/loop/presence.h"

#include <criterion/criterion.h>

#define MS 1000000ull

static struct presence p;
static struct presence_counts now;
static uint64_t ms;

static void begin(bool mute, bool near)
{
	p = (struct presence){.mute = mute, .near = near};
	presence_begin(&p, 1000 * MS, &now);
	ms = 1000;
}

static void start(void)
{
	now = (struct presence_counts){0};
	begin(false, false);
}

TestSuite(presence, .init = start);

/* For so long, so many of each every 20 ms. */
static void pass(
	uint64_t long_ms, uint64_t sent, uint64_t refused, uint64_t alive)
{
	for (uint64_t i = 0; i < long_ms; i += 20) {
		ms += 20;
		now.sent += sent;
		now.refused += refused;
		now.alive += alive;
		presence_look(&p, ms * MS, &now);
	}
}

Test(presence, a_peer_that_refuses_from_the_start_is_absent)
{
	pass(20, 1, 1, 0);
	cr_assert(presence_is_refused(&p) && !presence_is_over(&p));
	pass(200, 1, 1, 0);
	cr_assert(presence_is_over(&p) && !p.lived);
}

Test(presence, one_refusal_ends_nothing)
{
	pass(20, 1, 1, 0);
	pass(5000, 1, 0, 0);
	cr_assert(!presence_is_over(&p));
	pass(20, 1, 0, 1);
	cr_assert(!presence_is_refused(&p));
}

Test(presence, refusals_a_second_apart_are_enough)
{
	pass(20, 1, 1, 0);
	pass(980, 0, 0, 0);
	cr_assert(!presence_is_over(&p));
	pass(20, 1, 1, 0);
	cr_assert(presence_is_over(&p));
}

Test(presence, a_server_may_be_restarted)
{
	pass(500, 1, 0, 1);
	pass(900, 1, 1, 0);
	cr_assert(!presence_is_over(&p));
	pass(100, 1, 0, 1);
	pass(900, 1, 1, 0);
	cr_assert(!presence_is_over(&p));
}

Test(presence, a_peer_that_has_gone_is_waited_for_a_second)
{
	pass(500, 1, 0, 1);
	pass(1040, 1, 1, 0);
	cr_assert(presence_is_over(&p) && p.lived);
	cr_assert(p.whole_first_ns == 1520 * MS);
	cr_assert(p.whole_last_ns == ms * MS);
}

Test(presence, one_flow_of_many_that_is_refused_ends_nothing)
{
	pass(5000, 8, 1, 7);
	cr_assert(!presence_is_over(&p));
}

Test(presence, a_silent_peer_was_there_while_it_did_not_refuse)
{
	begin(true, true);
	pass(500, 5, 0, 0);
	pass(900, 5, 5, 0);
	cr_assert(p.lived && !presence_is_over(&p));
	pass(200, 5, 5, 0);
	cr_assert(presence_is_over(&p));
}

Test(presence, a_silent_peer_is_there_again_without_refusals)
{
	begin(true, true);
	pass(500, 5, 0, 0);
	pass(300, 5, 5, 0);
	pass(240, 5, 0, 0);
	cr_assert(presence_is_refused(&p));
	pass(40, 5, 0, 0);
	cr_assert(!presence_is_refused(&p));
}

Test(presence, a_far_host_may_refuse_once_a_second)
{
	begin(true, false);
	pass(500, 5, 0, 0);
	pass(20, 5, 1, 0);
	pass(980, 5, 0, 0);
	cr_assert(presence_is_refused(&p));
	pass(20, 5, 1, 0);
	cr_assert(presence_is_over(&p));
}

/* Who drives the run was held up, and looks for the first time. */
Test(presence, a_late_look_is_no_sign_of_life)
{
	begin(true, true);
	ms += 480;
	pass(20, 4, 4, 0);
	cr_assert(presence_is_refused(&p) && !p.lived);
}

/* Then no refusal is no sign of anything. */
Test(presence, what_is_not_sent_is_not_refused)
{
	begin(true, true);
	pass(500, 5, 0, 0);
	pass(20, 1, 1, 0);
	pass(900, 0, 0, 0);
	cr_assert(presence_is_refused(&p));
}

/* A flood has sent many since the last refusal that was counted, and stops; its
 * run takes a while to end. */
Test(presence, a_run_that_ends_slowly_is_no_sign_of_life)
{
	begin(true, true);
	pass(500, 500, 0, 0);
	pass(1100, 500, 1, 0);
	pass(20, 500, 0, 0);
	cr_assert(presence_is_over(&p));
	pass(2000, 0, 0, 0);
	cr_assert(presence_is_over(&p));
}

/* A server's counters cannot be read for a moment. */
Test(presence, signs_of_life_may_seem_to_go_back)
{
	pass(500, 5, 0, 5);
	now.alive = 0;
	pass(20, 5, 5, 0);
	now.alive = 125;
	pass(1100, 5, 5, 0);
	cr_assert(presence_is_over(&p));
}
