/* SPDX-License-Identifier: MIT */
#include "core/quote.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)  text, sizeof(text) - 1

/* Arrays, not pointers: a NUL is a byte like any other. */
struct quote_case {
	char data[24];
	size_t bytes;
	const char *quoted;
};

static void check(const struct quote_case *c, size_t n, bool utf8)
{
	char out[QUOTE_ROOM(sizeof(c->data))];

	for (; n > 0; n--, c++) {
		size_t done = quote(out, sizeof(out), c->data, c->bytes, utf8);

		cr_assert_str_eq(out, c->quoted);
		cr_assert(done == c->bytes);
	}
}

Test(quote, escapes_what_ascii_cannot_show)
{
	static const struct quote_case cases[] = {
		{BYTES(""), ""},
		{BYTES("This is my message"), "This is my message"},
		{BYTES(" ~"), " ~"},
		{BYTES("say \"x\""), "say \\\"x\\\""},
		{BYTES("a\\b"), "a\\\\b"},
		{BYTES("a\nb\r\tc"), "a\\nb\\r\\tc"},
		{BYTES("\0"), "\\x00"},
		{BYTES("a\0b"), "a\\x00b"},
		{BYTES("\x1b[31mred"), "\\x1b[31mred"},
		{BYTES("\a\b\v\f"), "\\x07\\x08\\x0b\\x0c"},
		{BYTES("\x1f\x7f"), "\\x1f\\x7f"},
		{BYTES("\x80\xff"), "\\x80\\xff"},
		{BYTES("\x01"
		       "1"),
			"\\x011"},
	};

	check(cases, COUNT(cases), false);
	check(cases, COUNT(cases), true);
}

Test(quote, keeps_printable_utf8)
{
	static const struct quote_case cases[] = {
		{BYTES("\xc2\xa0"), "\xc2\xa0"}, /* U+00A0 */
		{BYTES("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f"},
		{BYTES("\xdf\xbf"), "\xdf\xbf"},                 /* U+07FF */
		{BYTES("\xe0\xa0\x80"), "\xe0\xa0\x80"},         /* U+0800 */
		{BYTES("\xe2\x82\xac"), "\xe2\x82\xac"},         /* euro */
		{BYTES("\xed\x9f\xbf"), "\xed\x9f\xbf"},         /* U+D7FF */
		{BYTES("\xef\xbf\xbd"), "\xef\xbf\xbd"},         /* U+FFFD */
		{BYTES("\xf0\x90\x80\x80"), "\xf0\x90\x80\x80"}, /* U+10000 */
		{BYTES("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80"}, /* U+1F600 */
	};

	check(cases, COUNT(cases), true);
}

Test(quote, escapes_utf8_for_readers_of_ascii)
{
	static const struct quote_case cases[] = {
		{BYTES("gr\xc3\xbc"), "gr\\xc3\\xbc"},
		{BYTES("\xe2\x82\xac"), "\\xe2\\x82\\xac"},
	};

	check(cases, COUNT(cases), false);
}

Test(quote, escapes_malformed_utf8_byte_by_byte)
{
	static const struct quote_case cases[] = {
		{BYTES("\xc3"), "\\xc3"},                   /* cut */
		{BYTES("\xe2\x82"), "\\xe2\\x82"},          /* cut */
		{BYTES("\xf0\x9f\x98"), "\\xf0\\x9f\\x98"}, /* cut */
		{BYTES("\xc3(x"), "\\xc3(x"},               /* no tail */
		{BYTES("\xe2\x82\xc3\xbc"), "\\xe2\\x82\xc3\xbc"},
		{BYTES("\xc0\xaf"), "\\xc0\\xaf"},          /* overlong */
		{BYTES("\xc1\xbf"), "\\xc1\\xbf"},          /* overlong */
		{BYTES("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf"}, /* overlong */
		{BYTES("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf"},
		{BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80"}, /* surrogate */
		{BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
		{BYTES("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80"},
	};

	check(cases, COUNT(cases), true);
}

Test(quote, escapes_characters_that_act_instead_of_showing)
{
	static const struct quote_case cases[] = {
		{BYTES("\xc2\x9b"), "\\xc2\\x9b"},          /* CSI, C1 */
		{BYTES("\xc2\x85"), "\\xc2\\x85"},          /* NEL, C1 */
		{BYTES("\xe2\x80\xae"), "\\xe2\\x80\\xae"}, /* RLO */
		{BYTES("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"}, /* LRI */
		{BYTES("\xe2\x80\x8b"), "\\xe2\\x80\\x8b"}, /* ZWSP */
		{BYTES("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"}, /* LS */
		{BYTES("\xef\xbb\xbf"), "\\xef\\xbb\\xbf"}, /* BOM */
		{BYTES("\xee\x80\x80"), "\\xee\\x80\\x80"}, /* private */
		{BYTES("\xef\xbf\xbf"), "\\xef\\xbf\\xbf"}, /* U+FFFF */
		{BYTES("\xf0\x9f\xbf\xbe"), "\\xf0\\x9f\\xbf\\xbe"},
		{BYTES("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81"}, /* tag */
	};

	check(cases, COUNT(cases), true);
}

Test(quote, never_cuts_an_escape_or_a_character)
{
	static const struct {
		const char *data;
		size_t room, done;
		const char *quoted;
	} cases[] = {
		{"abc", 1, 0, ""},
		{"abc", 3, 2, "ab"},
		{"abc", 4, 3, "abc"},
		{"a\x01", 5, 1, "a"},
		{"a\x01", 6, 2, "a\\x01"},
		{"a\n", 3, 1, "a"},
		{"a\n", 4, 2, "a\\n"},
		{"\xe2\x82\xac", 3, 0, ""},
		{"\xe2\x82\xac", 4, 3, "\xe2\x82\xac"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[8];

		memset(out, 0x5a, sizeof(out));
		cr_assert(
			quote(out, cases[i].room, cases[i].data,
				strlen(cases[i].data), true) == cases[i].done);
		cr_assert_str_eq(out, cases[i].quoted);
		for (size_t k = cases[i].room; k < sizeof(out); k++)
			cr_assert(out[k] == 0x5a);
	}
}

Test(quote, of_every_byte_is_printable_and_fits_the_room_promised)
{
	char data[256], out[QUOTE_ROOM(256)];

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (char)i;
	cr_assert(quote(out, sizeof(out), data, sizeof(data), true) == 256);
	for (const char *p = out; *p; p++)
		cr_assert(*p >= 0x20 && *p < 0x7f);
}
