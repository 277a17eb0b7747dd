/* SPDX-License-Identifier: MIT */
#include "core/address.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* More than ADDRESS_TEXT has room for. */
#define ZEROES_30 "000000000000000000000000000000"
#define TOO_LONG  "[" ZEROES_30 ZEROES_30 ZEROES_30 "::1"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static union address parsed(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0, "%s", text);
	return a;
}

Test(address, is_printed_as_it_was_read)
{
	static const char *const cases[] = {
		"0.0.0.0:0",
		"192.0.2.1:53",
		"255.255.255.255:65535",
		"[::]:0",
		"[::1]:1060",
		"[2001:db8::1]:53",
		"[fe80::1%lo]:7",
		"[fe80::1%4294967295]:7",
		"[::ffff:192.0.2.1]:53",
		"[1111:2222:3333:4444:5555:6666:7777:8888]:65535",
	};
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i]);

		cr_assert(address_format(&a, text) == text);
		cr_assert_str_eq(text, cases[i]);
	}
}

Test(address, fits_its_text_at_its_longest)
{
	/* An interface name has up to 15 characters (IFNAMSIZ). */
	char text[ADDRESS_TEXT];
	union address a = parsed(
		"[1111:2222:3333:4444:5555:6666:7777:8888%4294967295]:65535");

	cr_assert(strlen(address_format(&a, text)) + 15 - 10 < ADDRESS_TEXT);
}

Test(address, of_another_family_is_refused)
{
	const union address a = {.sa.sa_family = AF_UNIX};
	char text[ADDRESS_TEXT];

	cr_assert_str_eq(address_format(&a, text), "(no address)");
	cr_assert_str_eq(address_format_host(&a, text), "(no address)");
	cr_assert(address_length(&a) == 0);
}

Test(address, host_is_printed_without_port_and_brackets)
{
	static const char *const cases[][2] = {
		{"192.0.2.1:53", "192.0.2.1"},
		{"[2001:db8::1]:53", "2001:db8::1"},
		{"[fe80::1%lo]:7", "fe80::1%lo"},
	};
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i][0]);

		cr_assert_str_eq(address_format_host(&a, text), cases[i][1]);
	}
}

Test(address, malformed_is_refused_and_leaves_the_old_one)
{
	static const char *const cases[] = {"", ":", ":53", "53", "192.0.2.1",
		"192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
		"192.0.2.1: 53", "192.0.2.1:53 ", " 192.0.2.1:53",
		"192.0.2.256:53", "192.0.2:53", "010.0.0.1:53", "localhost:53",
		"192.0.2.1:domain", "::1:53", "[::1]", "[::1]53", "[::1:53",
		"[]:53", "[:53", "]:53", "[192.0.2.1]:53", "[::1%]:53",
		"[::1%0]:53", "[::1%no-such-if]:53", "[::1%4294967296]:53",
		"[%lo]:53", "[::g]:53", "[1:2:3:4:5:6:7:8:9]:53",
		TOO_LONG "]:53"};
	union address before, a;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < COUNT(cases); i++) {
		a = before;
		cr_assert(address_parse(&a, cases[i]) == -EINVAL, "\"%s\"",
			cases[i]);
		cr_assert(memcmp(&a, &before, sizeof(a)) == 0, "%s", cases[i]);
	}
}

Test(address, port_is_read_and_set_for_both_families)
{
	static const char *const cases[] = {"192.0.2.1:1", "[2001:db8::1]:1"};

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i]);

		cr_assert(address_port(&a) == 1);
		address_set_port(&a, 0xfe01);
		cr_assert(address_port(&a) == 0xfe01);
		cr_assert(a.in.sin_port == htons(0xfe01));
	}
}

Test(address, equality_is_of_address_port_and_scope)
{
	static const struct {
		const char *a, *b;
		bool equal, same_host;
	} cases[] = {
		{"192.0.2.1:1", "192.0.2.1:1", true, true},
		{"192.0.2.1:1", "192.0.2.1:2", false, true},
		{"192.0.2.1:1", "192.0.2.2:1", false, false},
		{"[2001:db8::1]:1", "[2001:db8::1]:1", true, true},
		{"[2001:db8::1]:1", "[2001:db8::1]:2", false, true},
		{"[2001:db8::1]:1", "[2001:db8::2]:1", false, false},
		{"[fe80::1%7]:1", "[fe80::1%8]:1", false, true},
		{"[::ffff:192.0.2.1]:1", "192.0.2.1:1", false, true},
		{"[::ffff:192.0.2.1]:1", "192.0.2.2:1", false, false},
		{"[::192.0.2.1]:1", "192.0.2.1:1", false, false},
		{"0.0.0.0:1", "[::]:1", false, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i].a), b = parsed(cases[i].b);

		cr_assert(address_equal(&a, &b) == cases[i].equal, "%s %s",
			cases[i].a, cases[i].b);
		cr_assert(address_equal(&b, &a) == cases[i].equal);
		cr_assert(address_same_host(&a, &b) == cases[i].same_host,
			"%s %s", cases[i].a, cases[i].b);
		cr_assert(address_same_host(&b, &a) == cases[i].same_host);
	}
}

Test(address, unmapped_is_the_ipv4_address_with_its_port)
{
	static const char *const cases[][2] = {
		{"[::ffff:192.0.2.1]:53", "192.0.2.1:53"},
		{"[::ffff:0.0.0.0]:0", "0.0.0.0:0"},
		{"192.0.2.1:53", "192.0.2.1:53"},
		{"[::192.0.2.1]:53", "[::192.0.2.1]:53"},
		{"[2001:db8::1]:53", "[2001:db8::1]:53"},
	};
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i][0]);

		address_unmap(&a);
		cr_assert_str_eq(address_format(&a, text), cases[i][1]);
	}
}

Test(address, kinds_are_told_also_where_it_is_mapped)
{
	static const struct {
		const char *text;
		bool loopback, any, group;
	} cases[] = {
		{"127.0.0.1:1", true, false, false},
		{"127.255.255.254:1", true, false, false},
		{"128.0.0.1:1", false, false, false},
		{"126.255.255.255:1", false, false, false},
		{"[::1]:1", true, false, false},
		{"[::2]:1", false, false, false},
		{"[::ffff:127.0.0.1]:1", true, false, false},
		{"[::127.0.0.1]:1", false, false, false},
		{"0.0.0.0:1", false, true, false},
		{"0.0.0.1:1", false, false, false},
		{"[::]:1", false, true, false},
		{"[::ffff:0.0.0.0]:1", false, true, false},
		{"224.0.0.1:1", false, false, true},
		{"239.255.255.255:1", false, false, true},
		{"223.255.255.255:1", false, false, false},
		{"240.0.0.1:1", false, false, false},
		{"255.255.255.255:1", false, false, true},
		{"[ff02::1]:1", false, false, true},
		{"[fe80::1]:1", false, false, false},
		{"[::ffff:224.0.0.1]:1", false, false, true},
		{"[::ffff:255.255.255.255]:1", false, false, true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i].text);

		cr_assert(address_is_loopback(&a) == cases[i].loopback, "%s",
			cases[i].text);
		cr_assert(address_is_any(&a) == cases[i].any, "%s",
			cases[i].text);
		cr_assert(address_is_group(&a) == cases[i].group, "%s",
			cases[i].text);
		cr_assert(address_is_host(&a) ==
				  !(cases[i].any || cases[i].group),
			"%s", cases[i].text);
	}
}

Test(cidr, matches_what_lies_inside)
{
	static const struct {
		const char *cidr, *address;
		bool matches;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.0:1", true},
		{"192.0.2.0/24", "192.0.2.255:1", true},
		{"192.0.2.0/24", "192.0.3.0:1", false},
		{"192.0.2.0/24", "192.0.1.255:1", false},
		{"192.0.2.0/23", "192.0.3.255:1", true},
		{"192.0.2.128/25", "192.0.2.127:1", false},
		{"192.0.2.128/25", "192.0.2.128:1", true},
		{"192.0.2.1", "192.0.2.1:1", true},
		{"192.0.2.1", "192.0.2.2:1", false},
		{"192.0.2.1/32", "192.0.2.1:65535", true},
		{"192.0.2.0/31", "192.0.2.1:1", true},
		{"128.0.0.0/1", "127.255.255.255:1", false},
		{"0.0.0.0/0", "203.0.113.9:1", true},
		{"0.0.0.0/0", "[2001:db8::1]:1", false},
		{"192.0.2.0/24", "[::ffff:192.0.2.9]:1", true},
		{"192.0.2.0/24", "[::ffff:192.0.3.9]:1", false},
		{"2001:db8::/32", "[2001:db8:ffff::1]:1", true},
		{"2001:db8::/32", "[2001:db9::1]:1", false},
		{"2001:db8::/33", "[2001:db8:8000::1]:1", false},
		{"2001:db8::1", "[2001:db8::1]:1", true},
		{"2001:db8::1/128", "[2001:db8::2]:1", false},
		{"::/0", "[2001:db8::1]:1", true},
		{"::/0", "192.0.2.1:1", false},
		{"::/0", "[::ffff:192.0.2.1]:1", false},
		/* Written the mapped way, meant the same way. */
		{"::ffff:192.0.2.0/120", "192.0.2.9:1", true},
		{"::ffff:192.0.2.0/120", "[::ffff:192.0.2.9]:1", true},
		{"::ffff:192.0.2.0/120", "192.0.3.9:1", false},
		{"::ffff:192.0.2.1", "192.0.2.1:1", true},
		{"::ffff:0:0/96", "203.0.113.9:1", true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		union address a = parsed(cases[i].address);
		struct cidr c;

		cr_assert(cidr_parse(&c, cases[i].cidr) == 0, "%s",
			cases[i].cidr);
		cr_assert(cidr_match(&c, &a) == cases[i].matches, "%s %s",
			cases[i].cidr, cases[i].address);
	}
}

Test(cidr, malformed_is_refused_and_leaves_the_old_one)
{
	static const char *const cases[] = {"", "/", "/8", "192.0.2.0/",
		"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/ 8", "192.0.2.0/8x",
		"192.0.2.0/24/24", "192.0.2/24", "localhost", "192.0.2.0:53",
		"::/129", "[::1]/128", "[::1]", "::1%lo", "::g/8",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/8"};
	struct cidr before, c;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < COUNT(cases); i++) {
		c = before;
		cr_assert(cidr_parse(&c, cases[i]) == -EINVAL, "\"%s\"",
			cases[i]);
		cr_assert(memcmp(&c, &before, sizeof(c)) == 0, "%s", cases[i]);
	}
}

Test(cidr, bits_after_the_prefix_are_reported_and_cleared)
{
	static const struct {
		const char *text, *base;
		unsigned bits;
	} cases[] = {
		{"192.0.2.1/24", "192.0.2.0", 24},
		{"192.0.2.1/0", "0.0.0.0", 0},
		{"192.0.2.129/25", "192.0.2.128", 25},
		{"192.0.2.3/31", "192.0.2.2", 31},
		{"2001:db8::1/127", "2001:db8::", 127},
		{"2001:db8::1/32", "2001:db8::", 32},
		{"::1/0", "::", 0},
		{"::ffff:192.0.2.1/120", "192.0.2.0", 24},
	};
	char text[ADDRESS_TEXT];
	struct cidr c;

	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_assert(cidr_parse(&c, cases[i].text) == -ERANGE, "%s",
			cases[i].text);
		cr_assert_str_eq(
			address_format_host(&c.base, text), cases[i].base);
		cr_assert(c.bits == cases[i].bits, "%s", cases[i].text);
	}
}
