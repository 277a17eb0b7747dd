/* SPDX-License-Identifier: MIT */
#include "core/mac.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void need_library(void)
{
	if (!mac_available())
		cr_skip_test("this build is without libsodium");
}

TestSuite(mac, .init = need_library);

/* The bytes 0 to n - 1 as text: so many digits a line. */
static size_t write_hex(char *out, unsigned n, unsigned per_line)
{
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		at += (size_t)sprintf(out + at, i % 2 ? "%02X" : "%02x", i);
		if (per_line && (i + 1) % per_line == 0)
			out[at++] = '\n';
	}
	return at;
}

static void read_counting(struct mac_key *key)
{
	uint8_t secret[32];

	for (unsigned i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	cr_assert(mac_key_read(key, secret, sizeof(secret)) == 0);
}

/* By another implementation: Python's hashlib.blake2b(digest_size=32), keyed
 * with "udpmill queries, version 1" for the key, and with that for the rest. */
Test(mac, is_keyed_blake2b)
{
	static const uint8_t derived[] = {0x0b, 0xc3, 0xa4, 0x0d, 0x13, 0xea,
		0xb6, 0x27, 0x55, 0xac, 0x74, 0xa4, 0x38, 0x1a, 0x08, 0x2e,
		0x8a, 0xad, 0x7c, 0xe9, 0x48, 0xfb, 0x6d, 0x6e, 0x4d, 0xef,
		0x96, 0x39, 0x14, 0x25, 0x34, 0x9e};
	static const uint8_t of_abc[] = {0x96, 0x0d, 0x0a, 0x0a, 0x20, 0x9b,
		0x1b, 0x6d, 0x77, 0xd9, 0x0c, 0x9a, 0x6b, 0x24, 0x3b, 0xce,
		0x43, 0x45, 0x88, 0x27, 0x17, 0xf4, 0x93, 0x37, 0x62, 0xfd,
		0x3c, 0xfa, 0xaf, 0xba, 0x5e, 0xfe};
	uint8_t mac[MAC_BYTES];
	struct mac_key key;

	read_counting(&key);
	cr_assert(memcmp(key.bytes, derived, sizeof(derived)) == 0);
	mac_make(mac, &key, "abc", 3);
	cr_assert(memcmp(mac, of_abc, sizeof(of_abc)) == 0);
}

Test(mac, matches_what_was_made_and_nothing_else)
{
	uint8_t mac[MAC_BYTES];
	struct mac_key key, other;

	read_counting(&key);
	other = key;
	other.bytes[31] ^= 1;
	mac_make(mac, &key, "abc", 3);
	cr_assert(mac_matches(mac, &key, "abc", 3));
	cr_assert(!mac_matches(mac, &key, "abd", 3));
	cr_assert(!mac_matches(mac, &key, "abc", 2));
	cr_assert(!mac_matches(mac, &other, "abc", 3));
	for (unsigned bit = 0; bit < 8 * MAC_BYTES; bit++) {
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert(!mac_matches(mac, &key, "abc", 3), "bit %u", bit);
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

Test(mac, takes_digits_for_the_bytes_they_stand_for)
{
	static const unsigned per_line[] = {0, 1, 16, 30, 32};
	struct mac_key raw, key;
	char text[256];

	read_counting(&raw);
	for (size_t i = 0; i < sizeof(per_line) / sizeof(per_line[0]); i++) {
		size_t n = write_hex(text, 32, per_line[i]);

		cr_assert(mac_key_read(&key, text, n) == 0);
		cr_assert(memcmp(&key, &raw, sizeof(key)) == 0,
			"%u bytes a line", per_line[i]);
	}
}

Test(mac, takes_anything_else_for_the_bytes_it_is)
{
	struct mac_key digits, raw;
	char text[256];
	size_t n = write_hex(text, 32, 0);

	cr_assert(mac_key_read(&digits, text, n) == 0);
	text[n] = 'x';
	cr_assert(mac_key_read(&raw, text, n + 1) == 0);
	cr_assert(memcmp(&digits, &raw, sizeof(raw)) != 0);
	text[n] = '\0';
	cr_assert(mac_key_read(&raw, text, n + 1) == 0);
	cr_assert(memcmp(&digits, &raw, sizeof(raw)) != 0);
}

Test(mac, makes_no_key_of_less_than_32_bytes)
{
	static uint8_t raw[MAC_SECRET_MOST + 1];
	struct mac_key key;
	char text[256];

	cr_assert(mac_key_read(&key, raw, 0) == -EMSGSIZE);
	cr_assert(mac_key_read(&key, raw, 31) == -EMSGSIZE);
	cr_assert(mac_key_read(&key, raw, 32) == 0);
	cr_assert(
		mac_key_read(&key, text, write_hex(text, 31, 0)) == -EMSGSIZE);
	cr_assert(mac_key_read(&key, text, write_hex(text, 32, 0) - 1) ==
		  -EINVAL);
}

Test(mac, makes_no_key_of_more_than_it_has_room_for)
{
	static uint8_t raw[MAC_SECRET_MOST + 1];
	struct mac_key key;

	cr_assert(mac_key_read(&key, raw, MAC_SECRET_MOST) == 0);
	cr_assert(mac_key_read(&key, raw, MAC_SECRET_MOST + 1) == -EMSGSIZE);
	memset(raw, 'a', sizeof(raw));
	cr_assert(mac_key_read(&key, raw, MAC_SECRET_MOST) == 0);
}
