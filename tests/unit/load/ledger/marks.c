/* SPDX-License-Identifier: MIT */
#include "load/ledger/marks.h"

#include <criterion/criterion.h>

#define ECT0 2
#define CE   3

static struct marks_seen seen;
static struct marks_kept kept;

static void arrive(uint8_t tos, uint8_t ttl, uint64_t n)
{
	seen.ecn[tos & 3] += n;
	for (unsigned i = 0; i < 6; i++)
		seen.dscp_bits[i] += tos >> 2 >> i & 1 ? n : 0;
	seen.hops += n * ttl;
}

Test(marks, are_unknown_if_nobody_reads_them)
{
	marks_compare(&kept, &seen, 46 << 2, 64);
	cr_assert(kept.datagrams == 0);
}

Test(marks, that_were_kept_are_counted_exactly)
{
	arrive(46 << 2 | ECT0, 64, 100);
	marks_compare(&kept, &seen, 46 << 2 | ECT0, 64);
	cr_assert(kept.datagrams == 100 && kept.ecn == 100);
	cr_assert(kept.dscp_least == 100 && kept.dscp_most == 100);
	cr_assert(kept.ttl_kept && kept.ttl_mean == 64);
}

Test(marks, that_changed_are_between_bounds)
{
	arrive(46 << 2 | ECT0, 64, 90);
	arrive(0 | CE, 63, 10); /* 46 has four bits set */
	marks_compare(&kept, &seen, 46 << 2 | ECT0, 64);
	cr_assert(kept.datagrams == 100 && kept.ecn == 90);
	cr_assert(kept.dscp_least == 60 && kept.dscp_most == 90);
	cr_assert(!kept.ttl_kept && kept.ttl_mean == 63.9);
}

Test(marks, of_a_run_exclude_what_came_before)
{
	struct marks_seen start, run;

	arrive(46 << 2 | ECT0, 64, 90);
	start = seen;
	arrive(10 << 2 | CE, 60, 5);
	marks_difference(&run, &start, &seen);
	marks_compare(&kept, &run, 10 << 2 | CE, 60);
	cr_assert(kept.datagrams == 5 && kept.ecn == 5 &&
		  kept.dscp_least == 5 && kept.ttl_kept);
}
