/* SPDX-License-Identifier: MIT */
#include "core/spread.h"

#include <criterion/criterion.h>

static void assert_starved(
	const uint64_t *received, uint32_t workers, uint32_t starved)
{
	cr_assert(spread_of(received, workers, 1).starved == starved);
}

Test(spread, says_the_least_and_the_most_share)
{
	const uint64_t received[] = {100, 300, 200, 400};
	struct spread s = spread_of(received, 4, 1);

	cr_assert(s.workers == 4 && s.all == 1000);
	cr_assert(s.least == 0.1 && s.most == 0.4);
}

Test(spread, counts_those_with_less_than_a_quarter_of_an_even_share)
{
	assert_starved((uint64_t[]){2000, 2000}, 2, 0);
	assert_starved((uint64_t[]){1750, 250}, 2, 0);
	assert_starved((uint64_t[]){1751, 249}, 2, 1);
	assert_starved((uint64_t[]){0, 8000, 0, 0}, 4, 3);
}

Test(spread, says_nothing_about_few_datagrams)
{
	assert_starved((uint64_t[]){1999, 0}, 2, 0);
	assert_starved((uint64_t[]){2000, 0}, 2, 1);
	assert_starved((uint64_t[]){0, 0}, 2, 0);
}

Test(spread, of_one_worker_is_even)
{
	struct spread s = spread_of((uint64_t[]){5000}, 1, 1);

	cr_assert(s.least == 1 && s.most == 1 && s.starved == 0);
}

Test(spread, takes_every_nth_value)
{
	const uint64_t received[] = {6000, 7, 2000, 7};
	struct spread s = spread_of(received, 2, 2);

	cr_assert(s.all == 8000 && s.least == 0.25);
}
