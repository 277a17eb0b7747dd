/* SPDX-License-Identifier: MIT */
#include "net/interface.h"

#include <criterion/criterion.h>
#include <net/if.h>

Test(interface, has_its_own_addresses_only)
{
	static const struct {
		const char *address;
		bool has;
	} cases[] = {
		{"127.0.0.1:0", true},
		{"127.0.0.1:1060", true},
		{"[::ffff:127.0.0.1]:0", true},
		{"127.0.0.2:0", false},
		{"203.0.113.9:0", false},
		{"[2001:db8::9]:0", false},
		/* every address is not one */
		{"0.0.0.0:0", false},
		{"[::]:0", false},
		/* nor is a group's */
		{"127.255.255.255:0", false},
		{"255.255.255.255:0", false},
		{"224.0.0.1:0", false},
		{"[ff02::1]:0", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		union address a;

		cr_assert(address_parse(&a, cases[i].address) == 0);
		cr_assert(interface_has(&a) == cases[i].has, "%s",
			cases[i].address);
		cr_assert(interface_lacks(&a) != cases[i].has, "%s",
			cases[i].address);
	}
}

Test(interface, has_an_index_and_another_hosts_address_has_none)
{
	unsigned lo = if_nametoindex("lo");
	union address a;

	if (!lo)
		cr_skip_test("no lo here");
	cr_assert(address_parse(&a, "127.0.0.1:7") == 0);
	cr_assert(interface_index(&a) == lo);
	cr_assert(address_parse(&a, "192.0.2.1:7") == 0);
	cr_assert(interface_index(&a) == 0);
}
