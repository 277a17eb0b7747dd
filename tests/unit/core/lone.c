/* SPDX-License-Identifier: MIT */
#include "core/lone.h"

#include <criterion/criterion.h>

/* Calls that find n each; how many of them were for one. */
static uint32_t calls_for_one(struct lone *l, uint32_t calls, uint32_t n)
{
	uint32_t for_one = 0;

	for (uint32_t i = 0; i < calls; i++) {
		for_one += lone_expected(l);
		lone_note(l, n);
	}
	return for_one;
}

Test(lone, is_expected_after_some_in_a_row)
{
	struct lone l = {0};

	cr_assert(calls_for_one(&l, LONE_AFTER, 1) == 0);
	cr_assert(lone_expected(&l));
}

Test(lone, is_not_expected_after_more_than_one)
{
	struct lone l = {0};

	calls_for_one(&l, LONE_AFTER, 1);
	lone_note(&l, 2);
	cr_assert(calls_for_one(&l, LONE_AFTER, 1) == 0);
	cr_assert(calls_for_one(&l, 1000, 7) <= 1);
	cr_assert(!lone_expected(&l));
}

/* Else a queue that has grown would never be seen. */
Test(lone, looks_for_more_once_in_a_while)
{
	struct lone l = {0};
	uint32_t row = 0, longest = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		row = lone_expected(&l) ? row + 1 : 0;
		longest = row > longest ? row : longest;
		lone_note(&l, 1);
	}
	cr_assert(longest == LONE_LOOK - 1);
}
