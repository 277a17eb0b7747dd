/* SPDX-License-Identifier: MIT */
#include "core/bounds.h"

#include <criterion/criterion.h>

static struct bounds b;

static union address peer(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0);
	return a;
}

static void set_up(void)
{
	bounds_init(&b);
}

TestSuite(bounds, .init = set_up);

Test(bounds, allow_all_before_anything_was_learned)
{
	union address a = peer("192.0.2.1:9");

	cr_assert(bounds_allow(&b, &a, 65507));
}

Test(bounds, learned_of_one_host_hold_for_its_ports_and_nobody_else)
{
	union address a = peer("192.0.2.1:9"), same = peer("192.0.2.1:10");
	union address other = peer("192.0.2.2:9"), v6 = peer("[2001:db8::1]:9");

	bounds_learn(&b, &a, 1399, 1);
	bounds_learn(&b, &v6, 1300, 1);
	cr_assert(bounds_allow(&b, &a, 1399) && !bounds_allow(&b, &a, 1400));
	cr_assert(!bounds_allow(&b, &same, 1400));
	cr_assert(bounds_allow(&b, &other, 65507));
	cr_assert(bounds_allow(&b, &v6, 1300) && !bounds_allow(&b, &v6, 1301));
}

Test(bounds, of_a_host_only_become_less)
{
	union address a = peer("192.0.2.1:9");

	bounds_learn(&b, &a, 500, 1);
	bounds_learn(&b, &a, 1399, 1);
	cr_assert(bounds_allow(&b, &a, 500) && !bounds_allow(&b, &a, 501));
}

Test(bounds, of_a_host_may_be_none_at_all)
{
	union address a = peer("192.0.2.1:9"), other = peer("[::1]:9");

	bounds_learn(&b, &a, 0, 1);
	cr_assert(!bounds_allow(&b, &a, 1) && bounds_allow(&b, &a, 0));
	cr_assert(bounds_allow(&b, &other, 65507));
}

Test(bounds, are_forgotten_after_a_minute)
{
	union address a = peer("192.0.2.1:9"), late = peer("192.0.2.2:9");

	bounds_learn(&b, &a, 100, 1);
	bounds_learn(&b, &late, 300, 2);
	bounds_expire(&b, BOUNDS_KEPT_NS);
	cr_assert(!bounds_allow(&b, &a, 101) && !bounds_allow(&b, &late, 301));
	bounds_expire(&b, BOUNDS_KEPT_NS + 1);
	cr_assert(bounds_allow(&b, &a, 65507));
	cr_assert(!bounds_allow(&b, &late, 301));
	bounds_expire(&b, BOUNDS_KEPT_NS + 2);
	cr_assert(bounds_allow(&b, &late, 65507));
	cr_assert(b.least == UINT32_MAX);
}

Test(bounds, of_many_hosts_lose_none_of_the_last)
{
	for (uint32_t i = 0; i < 10 * BOUNDS_PLACES; i++) {
		union address a = peer("10.0.0.0:9");

		a.in.sin_addr.s_addr += i * 0x01010101u;
		bounds_learn(&b, &a, 700, 1);
		cr_assert(!bounds_allow(&b, &a, 701));
	}
}
