/* SPDX-License-Identifier: MIT */
#include "server/burn.h"

#include <criterion/criterion.h>
#include <time.h>

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The least of several, since whatever disturbs only adds. */
static uint64_t spent(struct burn *b, uint32_t datagrams)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 20; i++) {
		uint64_t start = cpu_ns(), took;

		burn_spend(b, datagrams);
		took = cpu_ns() - start;
		if (took < least)
			least = took;
	}
	return least;
}

Test(burn, takes_the_requested_time)
{
	struct burn b;
	uint64_t ns;

	burn_init(&b, 1000);
	ns = spent(&b, 1000);
	cr_assert(ns > 700000 && ns < 1500000, "1 ms asked, %lu ns spent", ns);
}

Test(burn, of_less_than_a_round_comes_in_time)
{
	struct burn b = {.rounds = (1ull << 32) / 3 + 1};

	burn_spend(&b, 1);
	burn_spend(&b, 1);
	cr_assert(b.owed == 2 * b.rounds);
	burn_spend(&b, 1);
	cr_assert(
		b.owed == 2, "a third thrice is one, and what was rounded up");
}

Test(burn, of_rounds_is_of_whole_ones)
{
	struct burn b;

	burn_init_rounds(&b, 12);
	cr_assert(b.rounds == 12ull << 32 && b.owed == 0);
	burn_spend(&b, 64);
	cr_assert(b.owed == 0);
	burn_init_rounds(&b, BURN_ROUNDS_MAX);
	cr_assert(b.rounds < UINT64_MAX / (1024 * 128));
}

Test(burn, of_nothing_does_nothing)
{
	struct burn b;

	burn_init(&b, 0);
	cr_assert(b.rounds == 0);
	burn_spend(&b, UINT32_MAX);
	cr_assert(b.owed == 0);
}

Test(burn, accepts_the_largest_value)
{
	struct burn b;

	burn_init(&b, BURN_NS_MAX);
	/* A batch of the largest size, in trains of the largest. */
	cr_assert(b.rounds < UINT64_MAX / (1024 * 128));
}
