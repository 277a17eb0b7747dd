/* SPDX-License-Identifier: MIT */
#include "core/mac.h"

#include <errno.h>
#include <string.h>

static int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The number of hexadecimal digits; -1 if there is anything else. */
static int count_digits(const uint8_t *text, size_t bytes)
{
	int n = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (digit_value(text[i]) >= 0)
			n++;
		else if (!text[i] || !strchr(" \t\r\n", text[i]))
			return -1;
	}
	return n;
}

static size_t decode(uint8_t *out, const uint8_t *text, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++) {
		int v = digit_value(text[i]);

		if (v < 0)
			continue;
		if (n % 2 == 0)
			out[n / 2] = (uint8_t)(v << 4);
		else
			out[n / 2] |= (uint8_t)v;
		n++;
	}
	return n / 2;
}

/* 32 random bytes look like digits once in 10^31 times. */
int mac_key_read(struct mac_key *key, const void *text, size_t bytes)
{
	uint8_t secret[MAC_SECRET_MOST / 2];
	int digits, error;

	if (bytes > MAC_SECRET_MOST)
		return -EMSGSIZE;
	digits = count_digits(text, bytes);
	if (digits < 0)
		return bytes < MAC_SECRET_LEAST
			       ? -EMSGSIZE
			       : mac_key_derive(key, text, bytes);
	if (digits % 2)
		return -EINVAL;
	if (digits / 2 < MAC_SECRET_LEAST)
		return -EMSGSIZE;
	error = mac_key_derive(key, secret, decode(secret, text, bytes));
	explicit_bzero(secret, sizeof(secret));
	return error;
}

bool mac_matches(const uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes)
{
	uint8_t right[MAC_BYTES];
	volatile uint8_t wrong = 0;

	mac_make(right, key, data, bytes);
	for (unsigned i = 0; i < MAC_BYTES; i++)
		wrong |= right[i] ^ mac[i];
	return mac_available() && wrong == 0;
}
