/* SPDX-License-Identifier: MIT */
/* Figures as short texts. */
#include "cli/top/cell.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct a_case {
	double value;
	const char *text;
};

static void check(const char *(*format)(char text[CELL], double value),
	const struct a_case *cases, size_t count)
{
	char text[CELL];

	for (size_t i = 0; i < count; i++) {
		format(text, cases[i].value);
		cr_assert_str_eq(text, cases[i].text);
	}
}

Test(cell, numbers_fit_five_columns)
{
	static const struct a_case cases[] = {
		{0, "0"},
		{0.01, "<0.1"},
		{0.5, "0.50"},
		{7, "7"},
		{999, "999"},
		{1000, "1.00k"},
		{8490000, "8.49M"},
		{4.34e9, "4.34G"},
		{NAN, "-"},
	};

	check(cell_number, cases, COUNT(cases));
}

Test(cell, no_number_is_too_big)
{
	char text[CELL];

	for (double v = 1e-30; v < 1e300; v *= 1.7) {
		cr_assert(strlen(cell_number(text, v)) < CELL);
		cr_assert(strlen(cell_ratio(text, v)) < CELL);
		cr_assert(strlen(cell_percent(text, v)) < CELL);
		cr_assert(strlen(cell_age(text, v)) < CELL);
	}
}

Test(cell, percents)
{
	static const struct a_case cases[] = {
		{0, "0%"}, {42.6, "43%"}, {100, "100%"}, {NAN, "-"}};

	check(cell_percent, cases, COUNT(cases));
}

Test(cell, ratios)
{
	static const struct a_case cases[] = {
		{1, "1.0"}, {63.94, "63.9"}, {128, "128"}, {NAN, "-"}};

	check(cell_ratio, cases, COUNT(cases));
}

Test(cell, ages)
{
	static const struct a_case cases[] = {{0, "0s"}, {59.9, "59s"},
		{60, "1m"}, {3599, "59m"}, {3600, "1h"}, {86399, "23h"},
		{86400, "1d"}, {400 * 86400, "400d"}, {4000 * 86400.0, "10y"}};

	check(cell_age, cases, COUNT(cases));
}
