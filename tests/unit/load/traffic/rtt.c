/* SPDX-License-Identifier: MIT */
#include "load/traffic/rtt.h"

#include <criterion/criterion.h>

#define MS 1000000ull

static struct rtt r;

static void start(void)
{
	rtt_init(&r, 0);
}

TestSuite(rtt, .init = start);

static void note(uint64_t ms, int times)
{
	while (times-- > 0)
		rtt_note(&r, ms * MS);
}

Test(rtt, waits_two_seconds_for_the_first_reply)
{
	cr_assert(r.timeout_ns == 2000 * MS);
}

Test(rtt, takes_the_first_for_the_path)
{
	note(600, 1);
	cr_assert(r.smoothed_ns == 600 * MS);
	cr_assert(r.timeout_ns == 1800 * MS);
	cr_assert(r.least_ns == 600 * MS);
}

Test(rtt, waits_a_margin_longer_than_what_is_steady)
{
	note(600, 100);
	cr_assert(r.timeout_ns > 799 * MS && r.timeout_ns < 801 * MS);
}

Test(rtt, waits_the_margin_where_the_path_is_short)
{
	for (int i = 0; i < 1000; i++)
		rtt_note(&r, 20000);
	cr_assert(r.timeout_ns >= 200 * MS && r.timeout_ns < 201 * MS);
}

Test(rtt, one_late_reply_is_enough_to_wait_for_the_next)
{
	note(20, 100);
	note(1500, 1);
	cr_assert(r.timeout_ns > 1500 * MS);
	cr_assert(r.least_ns == 20 * MS);
}

Test(rtt, comes_down_again)
{
	note(1500, 20);
	note(20, 100);
	cr_assert(r.timeout_ns < 230 * MS);
}

Test(rtt, never_waits_longer_than_ten_seconds)
{
	note(60000, 3);
	cr_assert(r.timeout_ns == 10000 * MS);
}

Test(rtt, waits_as_long_as_the_user_says)
{
	rtt_init(&r, 3000 * MS);
	cr_assert(r.timeout_ns == 3000 * MS);
	note(20, 10);
	cr_assert(r.timeout_ns == 3000 * MS);
}
