/* SPDX-License-Identifier: MIT */
#include "net/resolve.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char why[256];

Test(resolve, accepts_every_documented_form)
{
	static const struct {
		const char *text, *fallback;
		int family;
		const char *address;
	} cases[] = {
		{"192.0.2.1:53", NULL, AF_UNSPEC, "192.0.2.1:53"},
		{"192.0.2.1:domain", NULL, AF_UNSPEC, "192.0.2.1:53"},
		{"192.0.2.1:0", NULL, AF_UNSPEC, "192.0.2.1:0"},
		{"192.0.2.1:65535", NULL, AF_INET, "192.0.2.1:65535"},
		{"[2001:db8::1]:53", NULL, AF_UNSPEC, "[2001:db8::1]:53"},
		{"[2001:db8::1]:domain", NULL, AF_INET6, "[2001:db8::1]:53"},
		{"[fe80::1%lo]:7", NULL, AF_UNSPEC, "[fe80::1%lo]:7"},
		{"[::]:7", NULL, AF_UNSPEC, "[::]:7"},
		{"[::ffff:192.0.2.1]:7", NULL, AF_UNSPEC,
			"[::ffff:192.0.2.1]:7"},
		{"1060", "127.0.0.1", AF_UNSPEC, "127.0.0.1:1060"},
		{":1060", "127.0.0.1", AF_UNSPEC, "127.0.0.1:1060"},
		{"domain", "127.0.0.1", AF_UNSPEC, "127.0.0.1:53"},
		{":1060", "::1", AF_INET6, "[::1]:1060"},
		{"*:1060", "127.0.0.1", AF_UNSPEC, "0.0.0.0:1060"},
		{"*:1060", NULL, AF_INET, "0.0.0.0:1060"},
		{"*:1060", NULL, AF_INET6, "[::]:1060"},
		{"localhost:1060", NULL, AF_INET, "127.0.0.1:1060"},
		{"localhost:1060", NULL, AF_UNSPEC, "127.0.0.1:1060"},
	};
	char text[ADDRESS_TEXT];
	union address a;

	for (size_t i = 0; i < COUNT(cases); i++) {
		int error = resolve(&a, cases[i].text, cases[i].fallback,
			cases[i].family, why, sizeof(why));

		cr_assert(error == 0, "%s: %s", cases[i].text, why);
		cr_assert_str_eq(address_format(&a, text), cases[i].address);
	}
}

/* In the /etc/services of Debian, each is of one protocol only. */
Test(resolve, looks_up_services_of_the_protocol)
{
	char text[ADDRESS_TEXT];
	union address a;

	cr_assert_eq(resolve_tcp(&a, "telnet", "127.0.0.1", AF_UNSPEC, why,
			     sizeof(why)),
		0, "%s", why);
	cr_assert_str_eq(address_format(&a, text), "127.0.0.1:23");
	cr_assert_eq(resolve(&a, "127.0.0.1:telnet", NULL, AF_UNSPEC, why,
			     sizeof(why)),
		-ENOENT);
	cr_assert(strstr(why, "use 1 to 65535 or a UDP service"));
	cr_assert_eq(resolve_tcp(&a, "127.0.0.1:tftp", NULL, AF_UNSPEC, why,
			     sizeof(why)),
		-ENOENT);
	cr_assert(strstr(why, "use 1 to 65535 or a TCP service"));
}

static const struct {
	const char *text, *fallback;
	int family, error;
	const char *says;
} refused[] = {
	{"", "127.0.0.1", AF_UNSPEC, -EINVAL, "has no port"},
	{"192.0.2.1:", NULL, AF_UNSPEC, -EINVAL, "has no port"},
	{"[::1]", NULL, AF_UNSPEC, -EINVAL, "has no port"},
	{"[::1]7", NULL, AF_UNSPEC, -EINVAL, "has no port"},
	{"[", NULL, AF_UNSPEC, -EINVAL, "has no port"},
	{"[:7", NULL, AF_UNSPEC, -EINVAL, "has no port"},
	{"[]:7", "127.0.0.1", AF_UNSPEC, -EINVAL, "no address in the"},
	{"1060", NULL, AF_UNSPEC, -EINVAL, "is not HOST:PORT"},
	{":1060", NULL, AF_UNSPEC, -EINVAL, "is not HOST:PORT"},
	{"::1:1060", NULL, AF_UNSPEC, -EINVAL, "needs brackets"},
	{"[localhost]:7", NULL, AF_UNSPEC, -EINVAL, "not an IPv6 address"},
	{"[127.0.0.1]:7", NULL, AF_UNSPEC, -EINVAL, ""},
	{"[::1]:7", NULL, AF_INET, -EINVAL, "IPv4 was asked for"},
	{"192.0.2.1:7", NULL, AF_INET6, -EINVAL, "family asked for"},
	{"[fe80::1]:7", NULL, AF_UNSPEC, -EINVAL, "[fe80::1%eth0]:7"},
	{"[fe80::1]:7", "::1", AF_INET6, -EINVAL, "needs an interface"},
	{"[fe80::1%nodev]:7", NULL, AF_UNSPEC, -EINVAL,
		"no interface \"nodev\""},
	{"[::1%lo]:7", NULL, AF_UNSPEC, -EINVAL, "use \"::1\""},
	{"[nodev%lo]:7", NULL, AF_UNSPEC, -EINVAL, "not an IPv6 address"},
	{"192.0.2.1:65536", NULL, AF_UNSPEC, -ENOENT,
		"is not a port; use 1 to 65535"},
	{"65536", "127.0.0.1", AF_UNSPEC, -ENOENT,
		"is not a port; use 0 to 65535"},
	{"192.0.2.1:70000", NULL, AF_UNSPEC, -ENOENT, "is not a port"},
	{"192.0.2.1:-1", NULL, AF_UNSPEC, -ENOENT, "is not a port"},
	{"192.0.2.1: 7", NULL, AF_UNSPEC, -ENOENT, "is not a port"},
	{"192.0.2.1:7x", NULL, AF_UNSPEC, -ENOENT, "is not a port"},
	{"192.0.2.1:no-such-service", NULL, AF_UNSPEC, -ENOENT,
		"is not a port"},
};

Test(resolve, refuses_what_is_malformed_and_says_why)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		union address a;
		int error;

		why[0] = '\0';
		error = resolve(&a, refused[i].text, refused[i].fallback,
			refused[i].family, why, sizeof(why));
		cr_assert(error == refused[i].error, "\"%s\": %d, %s",
			refused[i].text, error, why);
		cr_assert(strstr(why, refused[i].says), "\"%s\": %s",
			refused[i].text, why);
		cr_assert(why[0] && !strchr(why, '\n'));
	}
}

Test(resolve, leaves_the_address_untouched_when_it_fails)
{
	union address before, a;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < COUNT(refused); i++) {
		a = before;
		cr_assert(resolve(&a, refused[i].text, refused[i].fallback,
			refused[i].family, why, sizeof(why)));
		cr_assert(memcmp(&a, &before, sizeof(a)) == 0);
	}
}

Test(resolve, refuses_a_host_longer_than_any_name)
{
	char text[400];
	union address a;

	memset(text, 'a', sizeof(text));
	strcpy(text + 300, ":7");
	cr_assert(resolve(&a, text, NULL, AF_UNSPEC, why, sizeof(why)) ==
		  -EINVAL);
	cr_assert(strstr(why, "no host name is that long"));
}

Test(resolve, truncates_its_reason_to_the_room)
{
	char small[8] = "xxxxxxx";
	union address a;

	cr_assert(resolve(&a, "::1:7", NULL, AF_UNSPEC, small, sizeof(small)) ==
		  -EINVAL);
	cr_assert(strlen(small) == sizeof(small) - 1);
}
