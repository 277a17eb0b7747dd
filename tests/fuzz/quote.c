/* SPDX-License-Identifier: MIT */
/* Quotations: no untrusted byte reaches the terminal unescaped, and none is
 * lost. */
#include "core/quote.h"
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

/* The first byte says whether UTF-8 may pass, and how much room there is. */
const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\1This is my message"),
	SAMPLE("\0gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
	SAMPLE("\1gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
	SAMPLE("\1\x1b[31m\x9b\xc2\x9b\\\"\n\r\t"),
	SAMPLE("\7\xe2\x80\xae\xef\xbb\xbf\xed\xa0\x80\xc0\xaf"),
	SAMPLE("\x43\xf4\x8f\xbf\xbf\xf4\x90\x80\x80\xff"),
	{NULL, 0},
};

static unsigned digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	CHECK(c && at);
	return (unsigned)(at - digits);
}

/* The byte that the escape at text stands for; *text is moved behind it. */
static uint8_t unescape(const char **text)
{
	const char *p = *text;

	*text += 2;
	switch (p[1]) {
	case '"':
	case '\\':
		return (uint8_t)p[1];
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		CHECK(p[1] == 'x');
		*text += 2;
		return (uint8_t)(digit(p[2]) << 4 | digit(p[3]));
	}
}

static void check(const char *text, const uint8_t *data, size_t done, bool utf8)
{
	size_t at = 0;

	while (*text) {
		uint8_t c = (uint8_t)*text;

		CHECK(c >= 0x20 && c != 0x7f && c != '"');
		CHECK(c < 0x80 || utf8);
		/* No lone C1 control, which Latin-1 terminals obey. */
		CHECK(c < 0x80 || c >= 0xc2 || at > 0);
		if (c == '\\')
			c = unescape(&text);
		else
			text++;
		CHECK(at < done && data[at] == c);
		at++;
	}
	CHECK(at == done);
}

static void check_room(
	const uint8_t *data, size_t bytes, size_t room, bool utf8)
{
	char *out = malloc(room);
	size_t done;

	CHECK(out);
	done = quote(out, room, data, bytes, utf8);
	CHECK(done <= bytes && strlen(out) < room);
	CHECK(done == bytes || room < QUOTE_ROOM(bytes));
	check(out, data, done, utf8);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	if (bytes == 0)
		return 0;
	check_room(data + 1, bytes - 1, QUOTE_ROOM(bytes - 1), data[0] & 1);
	check_room(data + 1, bytes - 1, 1 + data[0] / 2, data[0] & 1);
	return 0;
}
