/* SPDX-License-Identifier: MIT */
#include "cli/print/lines.h"

#include "cli/print/style.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct lines l;

static void begin(unsigned columns, bool utf8, bool colour)
{
	lines_init(&l, columns, utf8, colour);
	lines_begin(&l, 0, "label");
}

static bool is(unsigned line, const char *text)
{
	return strcmp(l.line[line].text, text) == 0;
}

Test(lines, keep_the_last_column_free)
{
	begin(20, false, false);
	cr_assert(lines_left(&l) == 19 - LINES_LABEL);
	cr_assert(lines_add(&l, NULL, "123456"));
	cr_assert(lines_left(&l) == 0);
	cr_assert(is(0, "  label      123456"), "\"%s\"", l.line[0].text);
}

Test(lines, leave_out_what_does_not_fit)
{
	begin(30, false, false);
	cr_assert(lines_add(&l, NULL, "%s", "one"));
	cr_assert(!lines_add(&l, NULL, "%s", "more than is left"));
	cr_assert(lines_add(&l, NULL, "%s", "two"));
	cr_assert(is(0, "  label      one  two"));
	cr_assert(!lines_add_right(&l, NULL, "%s", "far too long"));
	cr_assert(lines_add_right(&l, NULL, "%s", "right"));
	cr_assert(is(0, "  label      one  two   right"));
}

Test(lines, count_no_column_for_colour)
{
	begin(30, false, true);
	cr_assert(lines_add(&l, STYLE_RED, "ab"));
	cr_assert(l.line[0].columns == LINES_LABEL + 2);
	cr_assert(is(0, "  label      \033[31mab\033[0m"));
}

Test(lines, draw_values_in_eight_heights)
{
	const double values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, NAN, 8};

	begin(80, false, false);
	lines_add_graph(&l, values, 11, 8);
	cr_assert(is(0, "  label      _.-:=+*## #"), "\"%s\"", l.line[0].text);
	begin(80, true, false);
	lines_add_graph(&l, values, 11, 8);
	cr_assert(
		is(0, "  label      \u2581\u2582\u2583\u2584\u2585\u2586\u2587"
		      "\u2588\u2588 \u2588"));
	cr_assert(l.line[0].columns == LINES_LABEL + 11);
}

Test(lines, end_a_graph_at_their_end)
{
	double values[LINES_COLUMNS];

	for (unsigned i = 0; i < LINES_COLUMNS; i++)
		values[i] = i;
	begin(10000, true, true);
	lines_add_graph(&l, values, LINES_COLUMNS, LINES_COLUMNS);
	cr_assert(l.line[0].columns == LINES_COLUMNS);
	cr_assert(l.line[0].bytes < LINES_BYTES);
}

Test(lines, fill_a_bar_by_its_share)
{
	static const struct {
		double share;
		const char *text;
	} cases[] = {{0, "----------"}, {0.5, "=====-----"},
		{0.96, "=========="}, {7, "=========="}, {-1, "----------"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(80, false, false);
		lines_add_bar(&l, 10, cases[i].share);
		cr_assert(strstr(l.line[0].text, cases[i].text));
	}
}

Test(lines, of_high_rank_are_left_out_first)
{
	lines_init(&l, 80, false, false);
	for (unsigned i = 0; i < 5; i++) {
		lines_begin(&l, i * 3 % 5, NULL);
		lines_add(&l, NULL, "%u", i * 3 % 5);
	}
	lines_limit(&l, 3);
	cr_assert(l.count == 3);
	cr_assert(is(0, "0") && is(1, "1") && is(2, "2"), "%s %s %s",
		l.line[0].text, l.line[1].text, l.line[2].text);
}

Test(lines, are_no_more_than_there_is_room_for)
{
	lines_init(&l, 80, false, false);
	for (unsigned i = 0; i < LINES_MAX + 3; i++)
		lines_begin(&l, 0, "x");
	cr_assert(l.count == LINES_MAX);
}
