/* SPDX-License-Identifier: MIT */
/* Reads the replies of the length service, and nothing else. */
#include "load/traffic/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In memory that ends with it, so that a sanitizer sees a byte too many. */
static bool read_text(const char *text, uint32_t *n)
{
	size_t bytes = strlen(text);
	uint8_t *data = malloc(bytes + !bytes);
	bool is;

	cr_assert(data);
	memcpy(data, text, bytes);
	is = text_read_length(data, (uint32_t)bytes, n);
	free(data);
	return is;
}

Test(text, of_each_length_is_read_back)
{
	char text[40];
	uint32_t n = 1;

	for (uint32_t i = 0; i <= 65535; i++) {
		snprintf(text, sizeof(text), "Your data was %u bytes", i);
		cr_assert(read_text(text, &n) && n == i, "%u", i);
	}
}

Test(text, that_is_different_is_not_accepted)
{
	static const char *const others[] = {
		"",
		"Your data was ",
		" bytes",
		"Your data was  bytes",
		"Your data was x bytes",
		"Your data was +5 bytes",
		"Your data was -5 bytes",
		"Your data was  5 bytes",
		"Your data was 5  bytes",
		"Your data was 05 bytes",
		"Your data was 00 bytes",
		"Your data was 5.0 bytes",
		"Your data was 0x5 bytes",
		"Your data was 5 bytes ",
		"Your data was 5 bytes\n",
		"Your data was 5 byte",
		"your data was 5 bytes",
		"Your data was 100000 bytes",
		"Your data was 4294967360 bytes",
	};
	uint32_t n;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_assert(!read_text(others[i], &n), "%s", others[i]);
}
