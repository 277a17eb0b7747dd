/* SPDX-License-Identifier: MIT */
/* By which device datagrams leave, as far as every host has one. Devices of
 * other hosts' are in tests/e2e/txtime.py. */
#include "net/route.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>

static const union address any;

static int device_to(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0, "%s", text);
	return route_device(&a, &any);
}

Test(route, to_oneself_is_by_loopback)
{
	int lo = (int)if_nametoindex("lo");

	cr_assert(lo > 0);
	cr_assert(device_to("127.0.0.1:9") == lo);
	cr_assert(device_to("127.1.2.3:9") == lo);
	cr_assert(device_to("[::1]:9") == lo);
	cr_assert(device_to("[::ffff:127.0.0.1]:9") == lo);
}

Test(route, depends_on_the_source_address)
{
	union address a, to;

	cr_assert(address_parse(&to, "127.0.0.1:9") == 0);
	cr_assert(address_parse(&a, "127.0.0.2:9") == 0);
	cr_assert(route_device(&to, &a) == (int)if_nametoindex("lo"));
	/* Nobody's: the kernel says so, and it is passed on. */
	cr_assert(address_parse(&a, "203.0.113.1:9") == 0);
	cr_assert(route_device(&to, &a) < 0);
}

Test(route, that_is_missing_is_an_error)
{
	union address a = {.sa.sa_family = AF_UNIX};

	cr_assert(route_device(&a, &any) < 0);
}
