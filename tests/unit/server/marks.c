/* SPDX-License-Identifier: MIT */
#include "server/marks.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOT_ECT        0
#define ECT_1          1
#define ECT_0          2
#define CE             3
#define TOS(dscp, ecn) ((dscp) << 2 | (ecn))

static struct counters counters;
static struct marks marks;

static void set_up(void)
{
	memset(&counters, 0, sizeof(counters));
	memset(&marks, 0, sizeof(marks));
}

TestSuite(marks, .init = set_up);

struct marked {
	uint8_t tos, ttl;
	uint32_t segments;
};

static void arrive(const struct marked *marked, uint32_t n)
{
	struct train trains[8];
	const struct batch b = {.trains = trains, .count = n, .capacity = 8};

	cr_assert(n <= b.capacity);
	for (uint32_t i = 0; i < n; i++)
		trains[i] = (struct train){.tos = marked[i].tos,
			.ttl = marked[i].ttl,
			.segments = marked[i].segments};
	marks_count(&marks, &b, &counters);
}

static uint64_t count(enum counter_id id)
{
	return counter_get(&counters, id);
}

/* By its weight. */
static uint64_t count_of_bit(unsigned weight)
{
	static const enum counter_id ids[] = {
		COUNTER_RX_DSCP_BIT_1,
		COUNTER_RX_DSCP_BIT_2,
		COUNTER_RX_DSCP_BIT_4,
		COUNTER_RX_DSCP_BIT_8,
		COUNTER_RX_DSCP_BIT_16,
		COUNTER_RX_DSCP_BIT_32,
	};

	return count(ids[__builtin_ctz(weight)]);
}

Test(marks, of_ecn_are_counted_by_codepoint_and_datagram)
{
	static const struct marked m[] = {
		{TOS(0, NOT_ECT), 64, 1},
		{TOS(63, ECT_1), 64, 2},
		{TOS(46, ECT_0), 64, 64},
		{TOS(0, CE), 64, 128},
		{TOS(9, ECT_0), 64, 3},
	};

	arrive(m, 5);
	cr_assert(count(COUNTER_RX_ECN_NOT_ECT) == 1);
	cr_assert(count(COUNTER_RX_ECN_ECT1) == 2);
	cr_assert(count(COUNTER_RX_ECN_ECT0) == 67);
	cr_assert(count(COUNTER_RX_ECN_CE) == 128);
}

Test(marks, of_dscp_are_counted_by_bit)
{
	for (unsigned weight = 1; weight < 64; weight *= 2) {
		struct marked m = {(uint8_t)TOS(weight, CE), 64, weight + 1};

		arrive(&m, 1);
	}
	for (unsigned weight = 1; weight < 64; weight *= 2)
		cr_assert(count_of_bit(weight) == weight + 1, "%u", weight);
}

/* As the comment of counters.def says that it is read. */
static void find_kept(
	unsigned dscp, uint64_t n, uint64_t *least, uint64_t *most)
{
	uint64_t sum = 0, largest = 0;

	for (unsigned weight = 1; weight < 64; weight *= 2) {
		uint64_t wanted = dscp & weight ? n : 0;
		uint64_t got = count_of_bit(weight);
		uint64_t off = got > wanted ? got - wanted : wanted - got;

		sum += off;
		largest = off > largest ? off : largest;
	}
	*least = sum < n ? n - sum : 0;
	*most = n - largest;
}

Test(marks, tell_how_many_kept_their_dscp)
{
	static const struct {
		struct marked came[4];
		uint64_t least, most;
	} cases[] = {
		{{{TOS(46, ECT_0), 64, 90}, {TOS(46, CE), 63, 10}}, 100, 100},
		/* One bit off: told to the datagram. */
		{{{TOS(46, ECT_0), 64, 90}, {TOS(14, ECT_0), 64, 10}}, 90, 90},
		{{{TOS(46, ECT_0), 64, 90}, {TOS(0, ECT_0), 64, 10}}, 60, 90},
		{{{TOS(46, 0), 64, 70}, {TOS(0, 0), 64, 10},
			 {TOS(8, 0), 64, 20}},
			0, 70},
		{{{TOS(0, 0), 64, 100}}, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t least, most;

		set_up();
		arrive(cases[i].came, 4);
		find_kept(46, 100, &least, &most);
		cr_assert(least == cases[i].least && most == cases[i].most,
			"%zu: %lu to %lu", i, least, most);
	}
}

Test(marks, of_ttl_are_summed_over_datagrams)
{
	static const struct marked m[] = {
		{0, 64, 10}, {0, 255, 1}, {3, 255, 1}, {0, 1, 100}};

	arrive(m, 4);
	cr_assert(count(COUNTER_RX_TTL_HOPS) == 640 + 255 + 255 + 100);
}

Test(marks, of_ttl_change_where_it_differs_from_the_train_before)
{
	static const struct marked first[] = {
		{0, 64, 1}, {9, 64, 5}, {9, 63, 5}, {9, 63, 1}, {0, 64, 1}};
	static const struct marked next[] = {{0, 64, 1}, {0, 1, 1}};

	arrive(first, 5);
	cr_assert(count(COUNTER_RX_TTL_CHANGES) == 2);
	arrive(next, 2);
	cr_assert(count(COUNTER_RX_TTL_CHANGES) == 3);
}

Test(marks, of_the_first_train_are_not_a_change)
{
	static const struct marked m = {0, 64, 1};

	arrive(&m, 1);
	cr_assert(count(COUNTER_RX_TTL_CHANGES) == 0);
}
