/* SPDX-License-Identifier: MIT */
#include "load/traffic/replay.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* A datagram of a flow that is called by a letter. */
static void add(struct replay *r, uint64_t at_ns, char flow, const char *text)
{
	uint8_t tuple[DISSECT_TUPLE] = {4};

	tuple[DISSECT_TUPLE - 1] = (uint8_t)flow;
	cr_assert(
		replay_add(r, at_ns, tuple, text, (uint32_t)strlen(text)) == 0);
}

/* "a1 b2": payloads and the flows they have. */
static void check_order(const struct replay *r, const char *expected)
{
	char text[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < r->count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s%u",
			i ? " " : "", (int)r->items[i].bytes,
			(const char *)r->data + r->items[i].offset,
			r->items[i].flow);
	cr_assert_str_eq(text, expected);
}

Test(replay, numbers_flows_as_they_come)
{
	struct replay r = {0};

	add(&r, 0, 'x', "a");
	add(&r, 1, 'y', "b");
	add(&r, 2, 'x', "c");
	add(&r, 3, 'z', "d");
	replay_settle(&r);
	check_order(&r, "a0 b1 c0 d2");
	cr_assert(r.flows == 3);
	replay_fini(&r);
}

Test(replay, times_count_from_the_first)
{
	struct replay r = {0};

	add(&r, 1700000000000000000, 'x', "a");
	add(&r, 1700000000000000005, 'x', "b");
	replay_settle(&r);
	cr_assert(r.items[0].at_ns == 0);
	cr_assert(r.items[1].at_ns == 5);
	cr_assert(replay_duration_ns(&r) == 5);
	replay_fini(&r);
}

Test(replay, is_sorted_by_time_if_the_capture_is_not)
{
	struct replay r = {0};

	add(&r, 30, 'x', "a");
	add(&r, 10, 'y', "b");
	add(&r, 20, 'x', "c");
	replay_settle(&r);
	check_order(&r, "b1 c0 a0");
	cr_assert(r.items[0].at_ns == 0);
	cr_assert(r.items[2].at_ns == 20);
	replay_fini(&r);
}

Test(replay, keeps_the_order_of_one_time)
{
	struct replay r = {0};

	add(&r, 7, 'x', "a");
	for (int i = 0; i < 3; i++)
		add(&r, 5, 'x', (const char *[]){"b", "", "d"}[i]);
	add(&r, 5, 'y', "");
	add(&r, 5, 'x', "e");
	replay_settle(&r);
	cr_assert(r.count == 6);
	cr_assert(r.items[1].bytes == 0);
	cr_assert(r.data[r.items[0].offset] == 'b');
	cr_assert(r.data[r.items[2].offset] == 'd');
	cr_assert(r.data[r.items[4].offset] == 'e');
	cr_assert(r.data[r.items[5].offset] == 'a');
	replay_fini(&r);
}

Test(replay, folds_flows_modulo)
{
	struct replay r = {0};

	for (char c = 'a'; c < 'f'; c++)
		add(&r, 0, c, (char[]){c, '\0'});
	replay_settle(&r);
	replay_fold(&r, 8);
	check_order(&r, "a0 b1 c2 d3 e4");
	replay_fold(&r, 2);
	check_order(&r, "a0 b1 c0 d1 e0");
	cr_assert(r.flows == 2);
	replay_fini(&r);
}

Test(replay, knows_many_flows_apart)
{
	struct replay r = {0};
	uint8_t tuple[DISSECT_TUPLE] = {4};

	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t flow = i % 5000;

		memcpy(tuple + 1, &flow, sizeof(flow));
		cr_assert(replay_add(&r, i, tuple, &i, sizeof(i)) == 0);
	}
	replay_settle(&r);
	cr_assert(r.flows == 5000);
	for (uint32_t i = 0; i < 20000; i++) {
		cr_assert(r.items[i].flow == i % 5000);
		cr_assert(
			memcmp(r.data + r.items[i].offset, &i, sizeof(i)) == 0);
	}
	replay_fini(&r);
}

Test(replay, speed_divides_times)
{
	struct replay r = {0};

	add(&r, 100, 'x', "a");
	add(&r, 300, 'x', "b");
	replay_settle(&r);
	replay_speed_up(&r, 2);
	cr_assert(replay_duration_ns(&r) == 100);
	replay_speed_up(&r, 0.25);
	cr_assert(replay_duration_ns(&r) == 400);
	replay_fini(&r);
}

Test(replay, a_time_that_never_comes_can_be_added_to_a_clock)
{
	struct replay r = {0};

	add(&r, 0, 'x', "a");
	add(&r, 9000000000000000000, 'x', "b");
	replay_settle(&r);
	replay_speed_up(&r, 0.001);
	cr_assert(replay_duration_ns(&r) == UINT64_MAX / 4);
	replay_fini(&r);
}

Test(replay, unpaced_all_are_due_at_once)
{
	struct replay r = {0};

	add(&r, 0, 'x', "a");
	add(&r, 500, 'x', "b");
	replay_settle(&r);
	replay_unpace(&r);
	cr_assert(r.unpaced);
	cr_assert(replay_due(&r, 1) == 2);
	replay_fini(&r);
}

Test(replay, tells_how_many_are_due_before_a_time)
{
	struct replay r = {0};

	cr_assert(replay_due(&r, 5) == 0);
	for (uint64_t at = 0; at < 40; at += 10)
		add(&r, 100 + at, 'x', "a");
	replay_settle(&r);
	cr_assert(replay_due(&r, 0) == 0);
	cr_assert(replay_due(&r, 1) == 1);
	cr_assert(replay_due(&r, 10) == 1);
	cr_assert(replay_due(&r, 11) == 2);
	cr_assert(replay_due(&r, 1000) == 4);
	replay_fini(&r);
}

Test(replay, may_be_empty)
{
	struct replay r = {0};

	replay_settle(&r);
	replay_fold(&r, 3);
	replay_speed_up(&r, 3);
	cr_assert(replay_duration_ns(&r) == 0);
	replay_fini(&r);
}
