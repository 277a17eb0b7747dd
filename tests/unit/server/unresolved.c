/* SPDX-License-Identifier: MIT */
#include "server/unresolved.h"

#include <criterion/criterion.h>
#include <string.h>

static struct unresolved u;
static struct counters counters;
static union address peers[4];
static struct train trains[4];

static union address peer(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0);
	return a;
}

static void set_up(void)
{
	memset(&u, 0, sizeof(u));
	memset(&counters, 0, sizeof(counters));
}

TestSuite(unresolved, .init = set_up);

Test(unresolved, neighbours_are_not_answered_and_others_are)
{
	static const char *const from[] = {"192.0.2.1:9", "192.0.2.2:9",
		"[::ffff:192.0.2.1]:9", "[2001:db8::1]:9"};
	struct batch b = {.trains = trains, .count = 4};
	union address gone = peer("192.0.2.1:0"), v6 = peer("[2001:db8::1]:0");

	unresolved_add(&u, &gone);
	unresolved_add(&u, &gone);
	unresolved_add(&u, &v6);
	cr_assert(u.count == 2);
	for (int i = 0; i < 4; i++) {
		peers[i] = peer(from[i]);
		trains[i] = (struct train){.peer = &peers[i],
			.segments = 3,
			.refused = 1,
			.verdict = VERDICT_ANSWER};
	}
	unresolved_check(&u, &b, &counters);
	for (int i = 0; i < 4; i++)
		cr_assert(trains[i].verdict ==
				  (i == 1 ? VERDICT_ANSWER : VERDICT_REFUSE),
			"%s", from[i]);
	/* What a service has refused itself is counted by it. */
	cr_assert(counter_get(&counters, COUNTER_SEND_FAILED_UNRESOLVED) ==
		  3 * 2);
}

Test(unresolved, neighbours_are_remembered_in_any_number)
{
	union address a = peer("10.0.0.0:0");

	for (uint32_t i = 0; i < 3 * UNRESOLVED_PLACES; i++) {
		a.in.sin_addr.s_addr = i * 0x00010203u;
		unresolved_add(&u, &a);
	}
	cr_assert(u.count <= UNRESOLVED_PLACES / 2);
}

Test(unresolved, neighbours_are_only_looked_up_if_room_is_short)
{
	unresolved_look(&u, 1000, 4000, 1);
	cr_assert(u.until_ns == 0);
	unresolved_look(&u, 1001, 4000, 1);
	cr_assert(u.until_ns > 1);
	unresolved_look(&u, 0, 4000, u.until_ns - 1);
	cr_assert(u.until_ns > 1);
	unresolved_look(&u, 0, 4000, u.until_ns);
	cr_assert(u.until_ns == 0 && u.count == 0);
}
