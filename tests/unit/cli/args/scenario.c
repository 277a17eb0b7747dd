/* SPDX-License-Identifier: MIT */
#include "cli/args/scenario.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)  text, sizeof(text) - 1

static const char *const sections[] = {"load", "pace", NULL};

/* The pairs as "line:key=value|", and what ended them. */
static int read_all(const char *data, size_t bytes, char *out, size_t room,
	struct scenario *s)
{
	char *text = malloc(bytes + 1);
	struct scenario_pair pair;
	size_t n = 0;
	int got;

	cr_assert(text);
	memcpy(text, data, bytes);
	scenario_init(s, text, bytes, sections);
	out[0] = '\0';
	while ((got = scenario_next(s, &pair)) == 1)
		n += (size_t)snprintf(out + n, room - n, "%u:%s=%s|", pair.line,
			pair.key, pair.value);
	free(text);
	return got;
}

struct good_case {
	char data[80];
	size_t bytes;
	const char *pairs;
};

static void check_good(const struct good_case *c, size_t n)
{
	for (; n > 0; n--, c++) {
		char out[160];
		struct scenario s;

		cr_assert(
			read_all(c->data, c->bytes, out, sizeof(out), &s) == 0);
		cr_assert_str_eq(out, c->pairs);
	}
}

Test(scenario, a_line_is_a_key_and_a_value)
{
	static const struct good_case cases[] = {
		{BYTES(""), ""},
		{BYTES("rate = 10k"), "1:rate=10k|"},
		{BYTES("rate=10k\n"), "1:rate=10k|"},
		{BYTES("\trate \t=  10k\t \n"), "1:rate=10k|"},
		{BYTES("a = 1\nb = 2\n"), "1:a=1|2:b=2|"},
		{BYTES("a = 1\r\nb = 2\r\n"), "1:a=1|2:b=2|"},
		{BYTES("\n \n\na = 1"), "4:a=1|"},
		{BYTES("a = b = c\n"), "1:a=b = c|"},
		{BYTES("a = gr\xc3\xbc\xc3\x9f"), "1:a=gr\xc3\xbc\xc3\x9f|"},
		{BYTES("a = 1\na = 1\n"), "1:a=1|2:a=1|"},
	};

	check_good(cases, COUNT(cases));
}

Test(scenario, comments_begin_a_line_or_follow_a_blank)
{
	static const struct good_case cases[] = {
		{BYTES("# a = 1\n; b = 2\n \t# c = 3\n"), ""},
		{BYTES("a = 1 # one\nb = 2\t; two\n"), "1:a=1|2:b=2|"},
		{BYTES("a = @sizes#1\nb = x;y\n"), "1:a=@sizes#1|2:b=x;y|"},
		{BYTES("[pace] # when\na = 1"), "2:a=1|"},
	};

	check_good(cases, COUNT(cases));
}

Test(scenario, sections_only_group)
{
	static const struct good_case cases[] = {
		{BYTES("[pace]\n"), ""},
		{BYTES(" [ load ] \na = 1\n[pace]\nb = 2\n[load]"),
			"2:a=1|4:b=2|"},
		{BYTES("a = [x]\n"), "1:a=[x]|"},
	};

	check_good(cases, COUNT(cases));
}

Test(scenario, what_is_wrong_has_a_line_and_a_sentence)
{
	static const struct {
		char data[40];
		size_t bytes;
		unsigned line;
		const char *says;
	} cases[] = {
		{BYTES("rate 10k\n"), 1, "\"rate 10k\" has no \"=\""},
		{BYTES("a = 1\n\nspin\n"), 3, "\"spin\" has no \"=\""},
		{BYTES("a =\n"), 1, "\"a\" has no value"},
		{BYTES("a = 1\nb = # none\n"), 2, "\"b\" has no value"},
		{BYTES("b =# none\n"), 1, "\"b\" has no value"},
		{BYTES("= 1"), 1, "\"= 1\" has no key"},
		{BYTES("="), 1, "has no key"},
		{BYTES("[pac]\n"), 1,
			"[pac] is not a section; the sections are [load], "
			"[pace]"},
		{BYTES("[]"), 1, "[] is not a section"},
		{BYTES("a = 1\n[pace\n"), 2, "\"[pace\" begins a section"},
		{BYTES("[pace] a = 1\n"), 1, "begins a section"},
		{BYTES("a = 1\nb = \0\n"), 2, "byte 0x00 at column 5"},
		{BYTES("# \0\n"), 1, "byte 0x00 at column 3"},
		{BYTES("a = \x1b[31m\n"), 1, "byte 0x1b at column 5"},
		{BYTES("a = 1\rb = 2\n"), 1, "byte 0x0d at column 6"},
		{BYTES("a = 1\n\x7f"), 2, "byte 0x7f at column 1"},
		{BYTES("\xc2\x9b"), 1, "\"\\xc2\\x9b\" has no \"=\""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[64];
		struct scenario s;

		cr_assert(read_all(cases[i].data, cases[i].bytes, out,
				  sizeof(out), &s) == -EINVAL);
		cr_assert(s.line == cases[i].line, "\"%s\": line %u",
			cases[i].data, s.line);
		cr_assert(strstr(s.why, cases[i].says), "\"%s\": %s",
			cases[i].data, s.why);
	}
}

Test(scenario, a_line_has_at_most_a_thousand_characters)
{
	char data[SCENARIO_LINE_MAX + 8], out[2 * SCENARIO_LINE_MAX];
	struct scenario s;

	memset(data, 'x', sizeof(data));
	memcpy(data, "a = ", 4);
	data[SCENARIO_LINE_MAX] = '\n';
	cr_assert(read_all(data, SCENARIO_LINE_MAX + 1, out, sizeof(out), &s) ==
		  0);
	cr_assert(read_all(data, SCENARIO_LINE_MAX, out, sizeof(out), &s) == 0);
	cr_assert(strlen(out) == SCENARIO_LINE_MAX - 4 + strlen("1:a=|"));
	data[SCENARIO_LINE_MAX] = 'x';
	data[SCENARIO_LINE_MAX + 1] = '\n';
	cr_assert(read_all(data, SCENARIO_LINE_MAX + 2, out, sizeof(out), &s) ==
		  -EINVAL);
	cr_assert(strstr(s.why, "1001 characters"), "%s", s.why);
}

static int write_one(const char *value, char *out, size_t room)
{
	FILE *f = fmemopen(out, room, "w");
	int error;

	cr_assert(f);
	error = scenario_write(f, "key", value);
	fclose(f);
	return error;
}

Test(scenario, writes_what_it_would_read)
{
	static const char *const values[] = {
		"1", "a b", "a=b", "[x]", "a#b", "@file;1", "a\tb"};

	for (size_t i = 0; i < COUNT(values); i++) {
		char out[64] = "", line[64];

		snprintf(line, sizeof(line), "key = %s\n", values[i]);
		cr_assert(write_one(values[i], out, sizeof(out)) == 0);
		cr_assert_str_eq(out, line);
	}
}

Test(scenario, does_not_write_what_it_would_not_read)
{
	static const char *const values[] = {
		"", " a", "a ", "a #b", "#", "a\t;b", "a\nb", "a\rb", "\x1b"};
	char out[64] = "", more[SCENARIO_LINE_MAX];

	for (size_t i = 0; i < COUNT(values); i++) {
		cr_assert(write_one(values[i], out, sizeof(out)) == -EINVAL);
		cr_assert(out[0] == '\0');
	}
	memset(more, 'x', sizeof(more));
	more[sizeof(more) - 1] = '\0';
	cr_assert(write_one(more, out, sizeof(out)) == -EINVAL);
}
