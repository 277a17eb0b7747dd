/* SPDX-License-Identifier: MIT */
/* Sizes come as often as their weights say, and always in the same order. */
#include "load/traffic/sizes.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

static struct sizes sizes;

static unsigned times(uint32_t bytes)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SIZES_TABLE; i++)
		n += sizes.table[i] == bytes;
	return n;
}

Test(sizes, that_are_fixed_are_not_mixed)
{
	sizes_fixed(&sizes, 1472);
	cr_assert(times(1472) == SIZES_TABLE && !sizes_mixed(&sizes));
	cr_assert(sizes.mean == 1472);
	sizes_fixed(&sizes, 0);
	cr_assert(times(0) == SIZES_TABLE && sizes.most == 0);
}

Test(sizes, of_a_range_reach_both_ends_and_have_the_middle_as_mean)
{
	sizes_range(&sizes, 32, 65507, 5);
	cr_assert(sizes.least == 32 && sizes.most == 65507);
	cr_assert(fabs(sizes.mean - (32 + 65507) / 2.0) < 1);
	cr_assert(sizes_mixed(&sizes));
}

Test(sizes, are_dealt_by_weight)
{
	const struct sizes_weight list[] = {{100, 1}, {200, 2}, {300, 1}};

	cr_assert(sizes_weighted(&sizes, list, 3, 1) == 0);
	cr_assert(times(100) == 256 && times(200) == 512 && times(300) == 256);
	cr_assert(sizes.mean == 200);
}

Test(sizes, that_cannot_be_dealt_are_refused)
{
	const struct sizes_weight none[] = {{100, 0}};
	const struct sizes_weight long_one[] = {{65536, 1}};
	const struct sizes_weight rare[] = {{100, 1}, {200, 1e6}};

	cr_assert(sizes_weighted(&sizes, none, 0, 1) == -EINVAL);
	cr_assert(sizes_weighted(&sizes, none, 1, 1) == -EINVAL);
	cr_assert(sizes_weighted(&sizes, long_one, 1, 1) == -EINVAL);
	cr_assert(sizes_weighted(&sizes, rare, 2, 1) == -ERANGE);
}

Test(sizes, are_in_the_same_order_for_the_same_seed)
{
	struct sizes first;

	sizes_range(&sizes, 0, 1000, 7);
	first = sizes;
	sizes_range(&sizes, 0, 1000, 7);
	cr_assert(memcmp(first.table, sizes.table, sizeof(first.table)) == 0);
	sizes_range(&sizes, 0, 1000, 8);
	cr_assert(memcmp(first.table, sizes.table, sizeof(first.table)) != 0);
}

/* Frames 64, 594 and 1518; a probe's header needs 32. */
Test(sizes, of_imix_are_seven_to_four_to_one)
{
	sizes_imix(&sizes, 46, 32, 1);
	cr_assert(times(32) == 597 && times(548) == 342 && times(1472) == 85,
		"%u %u %u", times(32), times(548), times(1472));
	sizes_imix(&sizes, 46, 0, 1);
	cr_assert(times(18) == 597);
	sizes_imix(&sizes, 66, 0, 1);
	cr_assert(times(0) == 597 && times(528) == 342 && times(1452) == 85);
}
