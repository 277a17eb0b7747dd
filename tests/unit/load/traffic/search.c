/* SPDX-License-Identifier: MIT */
/* Searches on simulated systems. */
#include "load/traffic/search.h"
#include "load/traffic/pace.h"

#include <criterion/criterion.h>

static struct search search;
static unsigned trials;

/* A system that carries capacity, and errs with so many of a hundred. */
static void run(double capacity, unsigned wrong, uint64_t seed)
{
	for (trials = 0; !search_is_over(&search); trials++) {
		bool good = search.rate <= capacity;

		cr_assert(trials < 200);
		cr_assert(search.rate >= search.lowest &&
			  search.rate <= search.highest);
		if (pace_random(&seed) * 100 < wrong)
			good = !good;
		search_tell(&search, good ? SEARCH_GOOD : SEARCH_LOSSY);
	}
}

Test(search, ends_within_its_precision_of_the_truth)
{
	static const double truths[] = {150, 1000, 12345, 1e6, 3.3e7};

	for (unsigned i = 0; i < sizeof(truths) / sizeof(truths[0]); i++) {
		search_init(&search, 10000, 100, 1e9, 1.02);
		run(truths[i], 0, 1);
		cr_assert(search.phase == SEARCH_FOUND);
		cr_assert(search.rate <= truths[i] &&
				  search.rate >= truths[i] / 1.02,
			"%f of %f", search.rate, truths[i]);
		cr_assert(trials < 45, "%u", trials);
	}
}

Test(search, reports_that_nothing_is_carried)
{
	search_init(&search, 10000, 100, 1e9, 1.02);
	run(50, 0, 1);
	cr_assert(search.phase == SEARCH_NONE && search.rate == 0);
}

Test(search, stops_at_the_highest_rate)
{
	search_init(&search, 10000, 100, 1e6, 1.02);
	run(1e9, 0, 1);
	cr_assert(search.phase == SEARCH_FOUND && search.rate == 1e6);
	cr_assert(search.bad == 0);
}

Test(search, is_not_led_far_astray_by_a_few_wrong_trials)
{
	unsigned near = 0;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		search_init(&search, 10000, 100, 1e9, 1.02);
		run(300000, 5, seed * 77);
		near += search.rate > 300000 * 0.8 &&
			search.rate < 300000 * 1.05;
	}
	cr_assert(near > 190, "%u of 200", near);
}

Test(search, goes_below_a_rate_that_was_carried_by_luck)
{
	search_init(&search, 1000, 100, 1e6, 1.1);
	/* Good once, then never again above 900. */
	search_tell(&search, SEARCH_GOOD);
	search_tell(&search, SEARCH_LOSSY);
	search_tell(&search, SEARCH_LOSSY);
	run(900, 0, 1);
	cr_assert(search.phase == SEARCH_FOUND);
	cr_assert(search.rate <= 900 && search.rate > 800, "%f", search.rate);
}

Test(search, knows_that_it_was_the_generator)
{
	search_init(&search, 1000, 100, 1e6, 1.1);
	while (!search_is_over(&search))
		search_tell(&search,
			search.rate > 5000 ? SEARCH_LIMITED : SEARCH_GOOD);
	cr_assert(search.bad_outcome == SEARCH_LIMITED);
	cr_assert(search.rate > 4500 && search.rate <= 5000);
}

Test(search, repeats_no_longer_than_the_vote_is_open)
{
	search_init(&search, 1000, 1000, 1000, 1.1);
	search_tell(&search, SEARCH_GOOD);
	cr_assert(search.phase == SEARCH_CONFIRM);
	for (int i = 0; i < 3; i++)
		search_tell(&search, SEARCH_GOOD);
	cr_assert(search.phase == SEARCH_FOUND);
}

/* Whatever the outcomes are, each trial is one of those that were left. */
Test(search, knows_how_many_trials_may_follow)
{
	for (uint64_t seed = 1; seed <= 100; seed++) {
		uint64_t random = seed;
		uint32_t most;

		search_init(&search, 20000, 10, 1e9, 1.02);
		most = search_most(&search);
		cr_assert(most > 20 && most < 60, "%u", (unsigned)most);
		while (!search_is_over(&search)) {
			bool good = pace_random(&random) * 100 < seed;
			bool repeat = search.phase == SEARCH_CONFIRM;

			cr_assert(most > 0);
			search_tell(&search, good ? SEARCH_GOOD : SEARCH_LOSSY);
			/* It goes on, against all expectations. */
			if (repeat && search.phase != SEARCH_CONFIRM &&
				!search_is_over(&search))
				break;
			cr_assert(search_most(&search) < most);
			most = search_most(&search);
		}
	}
}

Test(search, has_nothing_left_when_it_is_over)
{
	search_init(&search, 10000, 100, 1e6, 1.02);
	run(1e9, 0, 1);
	cr_assert(search_most(&search) == 0);
}
