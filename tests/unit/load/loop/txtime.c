/* SPDX-License-Identifier: MIT */
/* Departure times of sends, by the clock that the kernel times them by. */
#include "load/loop/txtime.h"

#include "loop.h"

Test(txtime, uses_the_clock_of_the_discipline)
{
	uint64_t ahead = txtime_ahead_ns(CLOCK_TAI);
	struct timespec tai;
	int64_t off;

	cr_assert(txtime_ahead_ns(CLOCK_MONOTONIC) == 0);
	clock_gettime(CLOCK_TAI, &tai);
	off = (int64_t)((uint64_t)tai.tv_sec * 1000000000u +
			(uint64_t)tai.tv_nsec - clock_ns() - ahead);
	cr_assert(off > -1000 * (int64_t)MS && off < 1000 * (int64_t)MS);
}

Test(txtime, in_the_past_is_moved_for_etf_only)
{
	cr_assert(txtime_leave_ns(CLOCK_MONOTONIC, 5, 10 * MS) == 5);
	cr_assert(txtime_leave_ns(CLOCK_TAI, 5, 10 * MS) > 10 * MS);
	cr_assert(txtime_leave_ns(CLOCK_TAI, 11 * MS, 10 * MS) == 11 * MS);
}

/* The rest is of a thread of the generator. */

static void start(void)
{
	loop_init();
	config.mode = LOAD_PACED;
	config.replies = REPLIES_NONE;
	config.socket.txtime = true;
	config.socket.txtime_clock = CLOCK_MONOTONIC;
	config.pace.burst = 1;
	pace_constant(&config.pace, 20000, 10000000000u);
}

TestSuite(txtime_thread, .init = start, .fini = loop_fini);

static uint64_t meant_ns(uint32_t n)
{
	struct probe p = {0};

	cr_assert(
		probe_read(sent[n].data, sent[n].bytes / sent[n].segments, &p));
	return p.sent_ns;
}

Test(txtime_thread, sends_ahead_and_says_when)
{
	uint64_t before = clock_ns();

	loop_begin(0);
	turn_once(t);
	/* Twenty to a millisecond, and what the test itself took. */
	cr_assert(sent_count >= 20, "%u", sent_count);
	cr_assert(sent_count <=
		  21 + (clock_ns() - load->shared.start_ns) / 50000);
	cr_assert(meant_ns(19) == load->shared.start_ns + 19 * MS / 20);
	for (uint32_t i = 0; i < sent_count && i < LOOP_SENT; i++)
		cr_assert(sent[i].leave_ns == meant_ns(i));
	/* It is not asked again for each departure. */
	cr_assert(t->mode->wait_ns(t) + (clock_ns() - before) >= MS / 4);
}

Test(txtime_thread, has_bursts_as_trains_that_leave_at_one_time)
{
	config.train = 8;
	config.pace.burst = 8;
	sizes_range(&config.sizes, 64, 1400, 3);
	loop_begin(0);
	turn_once(t);
	cr_assert(loop_counts().send_errors == 0 && loop_counts().sent >= 8);
	cr_assert(sent[0].leave_ns == meant_ns(0));
	cr_assert(sent[0].segments == 8 &&
		  sent[0].segment_bytes * 8u == sent[0].bytes);
}

Test(txtime_thread, does_not_count_what_is_early_as_late)
{
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count > 0);
	cr_assert(t->meter.histograms[LOAD_LAG].max < 1000000000u);
}

Test(txtime_thread, sets_no_time_unless_requested)
{
	config.socket.txtime = false;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count > 0 && sent[0].leave_ns == 0);
}
