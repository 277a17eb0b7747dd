/* SPDX-License-Identifier: MIT */
#include "load/peer/rounds.h"

#include <criterion/criterion.h>

#define WORKERS 2
#define STRIDE  3 /* between the counts, as in a snapshot of all counters */

static uint64_t counts[WORKERS * STRIDE];
static struct rounds r;

static void start(void)
{
	cr_assert(rounds_init(&r, WORKERS) == 0);
}

static void end(void)
{
	rounds_fini(&r);
	rounds_fini(&r);
}

static uint64_t look(uint64_t first, uint64_t second)
{
	counts[0] = first;
	counts[STRIDE] = second;
	return rounds_look(&r, counts, STRIDE);
}

TestSuite(rounds, .init = start, .fini = end);

Test(rounds, end_once_all_workers_have_counted)
{
	cr_assert(look(0, 0) == 0);
	cr_assert(look(1, 0) == 0);
	cr_assert(look(1, 1) == 1);
	cr_assert(look(1, 1) == 1);
	cr_assert(look(3, 2) == 2);
}

/* One that was held up earlier catches up, while the one ahead is held up. */
Test(rounds, wait_for_a_worker_that_is_ahead)
{
	cr_assert(look(50, 10) == 1);
	for (uint64_t n = 11; n < 49; n++)
		cr_assert(look(50, n) == 1);
	cr_assert(look(51, 49) == 2);
}
