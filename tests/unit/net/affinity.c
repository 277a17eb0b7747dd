/* SPDX-License-Identifier: MIT */
#include "net/affinity.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char why[256];

static struct cpu_list allowed(void)
{
	struct cpu_list list;

	cr_assert(affinity_allowed(&list) == 0);
	cr_assert(list.count > 0);
	return list;
}

Test(affinity, allows_as_many_cpus_as_the_kernel_says)
{
	struct cpu_list list = allowed();
	cpu_set_t set;

	cr_assert(sched_getaffinity(0, sizeof(set), &set) == 0);
	cr_assert(list.count == (unsigned)CPU_COUNT(&set));
	for (unsigned i = 0; i < list.count; i++)
		cr_assert(CPU_ISSET(list.cpu[i], &set));
}

Test(affinity, lists_ascending_and_each_once)
{
	struct cpu_list all = allowed(), list;
	char text[128];

	/* last,first,first-last: out of order, and twice */
	snprintf(text, sizeof(text), "%u,%u,%u-%u", all.cpu[all.count - 1],
		all.cpu[0], all.cpu[0], all.cpu[0]);
	cr_assert(
		affinity_parse(&list, text, why, sizeof(why)) == 0, "%s", why);
	cr_assert(list.count == (all.count > 1 ? 2u : 1u));
	cr_assert(list.cpu[0] == all.cpu[0]);
	cr_assert(list.cpu[list.count - 1] == all.cpu[all.count - 1]);
}

Test(affinity, takes_a_range_and_a_stride)
{
	struct cpu_list all = allowed(), list;
	unsigned first = all.cpu[0], last = first;
	char text[64];

	while (last - first + 1 < all.count &&
		all.cpu[last - first + 1] == last + 1)
		last++;
	snprintf(text, sizeof(text), "%u-%u", first, last);
	cr_assert(affinity_parse(&list, text, why, sizeof(why)) == 0);
	cr_assert(list.count == last - first + 1);
	snprintf(text, sizeof(text), "%u-%u:2", first, last);
	cr_assert(affinity_parse(&list, text, why, sizeof(why)) == 0);
	cr_assert(list.count == (last - first) / 2 + 1);
}

Test(affinity, refuses_invalid_lists)
{
	static const char *const cases[] = {"", ",", "0,", ",0", "a", "-1",
		"0-", "1-0", "0-1:", "0-1:0", "0:2", "0 ", " 0", "0;1", "0--1",
		"8192", "99999999999999999999"};
	struct cpu_list before, list;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < COUNT(cases); i++) {
		list = before;
		cr_assert(affinity_parse(&list, cases[i], why, sizeof(why)) ==
				  -EINVAL,
			"\"%s\"", cases[i]);
		cr_assert(strstr(why, "is not a list of CPUs"));
		cr_assert(memcmp(&list, &before, sizeof(list)) == 0);
	}
}

Test(affinity, names_the_cpu_that_is_not_allowed)
{
	struct cpu_list all = allowed(), list;
	unsigned beyond = all.cpu[all.count - 1] + 1u;
	char text[64], number[32];

	snprintf(text, sizeof(text), "%u,%u", all.cpu[0], beyond);
	snprintf(number, sizeof(number), "CPU %u ", beyond);
	cr_assert(affinity_parse(&list, text, why, sizeof(why)) == -ENODEV);
	cr_assert(strstr(why, number));
}

Test(affinity, pins_the_calling_thread_to_one_cpu)
{
	struct cpu_list all = allowed(), list;
	unsigned last = all.cpu[all.count - 1];

	cr_assert(affinity_pin(last) == 0);
	cr_assert(affinity_allowed(&list) == 0);
	cr_assert(list.count == 1 && list.cpu[0] == last);
	cr_assert(sched_getcpu() == (int)last);
}

Test(affinity, does_not_pin_to_a_missing_cpu)
{
	cr_assert(affinity_pin(8191) == -EINVAL);
	cr_assert(affinity_pin(8192) == -EINVAL);
}
