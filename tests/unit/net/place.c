/* SPDX-License-Identifier: MIT */
#include "net/place.h"

#include <criterion/criterion.h>
#include <string.h>

/* cores x 2 CPUs at each of two nodes, numbered as on most hosts: the first
 * CPUs of all cores, then their siblings. */
static struct topology two_nodes(unsigned cores)
{
	struct topology t = {.count = 4 * cores};

	for (unsigned i = 0; i < t.count; i++) {
		unsigned core = i % (2 * cores);

		t.cpu[i] = (struct topology_cpu){
			.cpu = (unsigned short)i,
			.core = (unsigned short)core,
			.package = (unsigned short)(core / cores),
			.thread = (unsigned short)(i / (2 * cores)),
			.node = (short)(core / cores),
		};
	}
	return t;
}

static void assert_order(unsigned cores, const struct cpu_list *allowed,
	int node, const struct cpu_list *wanted)
{
	struct topology t = two_nodes(cores);

	place_order(&t, allowed, node);
	cr_assert(t.count == wanted->count);
	for (unsigned i = 0; i < t.count; i++)
		cr_assert(t.cpu[i].cpu == wanted->cpu[i], "worker %u at %u", i,
			t.cpu[i].cpu);
}

static const struct cpu_list all = {8, {0, 1, 2, 3, 4, 5, 6, 7}};

Test(place, takes_one_of_each_core_first)
{
	assert_order(2, &all, -1, &all);
}

Test(place, takes_the_devices_node_first)
{
	assert_order(
		2, &all, 1, &(struct cpu_list){8, {2, 3, 0, 1, 6, 7, 4, 5}});
	assert_order(2, &all, 0, &all);
	assert_order(2, &all, 9, &all);
}

Test(place, takes_only_cpus_that_are_allowed)
{
	assert_order(2, &(struct cpu_list){3, {0, 3, 4}}, 1,
		&(struct cpu_list){3, {3, 0, 4}});
}

Test(place, takes_a_sibling_as_the_first_where_the_first_is_not_allowed)
{
	struct topology t = two_nodes(2);
	struct cpu_list allowed = {2, {4, 5}};

	place_order(&t, &allowed, -1);
	cr_assert(t.count == 2);
	cr_assert(t.cpu[0].cpu == 4 && t.cpu[0].thread == 0);
	cr_assert(t.cpu[1].cpu == 5 && t.cpu[1].thread == 0);
}

Test(place, leaves_none_if_none_is_allowed)
{
	assert_order(2, &(struct cpu_list){1, {99}}, 0, &(struct cpu_list){0});
}
