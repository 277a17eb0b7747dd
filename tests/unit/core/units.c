/* SPDX-License-Identifier: MIT */
#include "core/units.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED    0x5a5a5a5a5a5a5a5aull

struct parse_case {
	const char *text;
	int error;
	uint64_t value;
};

static void check(int (*parse)(uint64_t *, const char *),
	const struct parse_case *c, size_t n)
{
	for (; n > 0; n--, c++) {
		uint64_t value = UNTOUCHED;

		cr_assert(
			parse(&value, c->text) == c->error, "\"%s\"", c->text);
		cr_assert(value == (c->error ? UNTOUCHED : c->value),
			"\"%s\": %llu", c->text, (unsigned long long)value);
	}
}

static int parse_any_count(uint64_t *value, const char *text)
{
	return units_parse_count(value, text, 0, UINT64_MAX);
}

static int parse_small_count(uint64_t *value, const char *text)
{
	return units_parse_count(value, text, 3, 7);
}

Test(units, count_is_a_whole_number_and_nothing_else)
{
	static const struct parse_case cases[] = {
		{"0", 0, 0},
		{"007", 0, 7},
		{"18446744073709551615", 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0},
		{"99999999999999999999999", -ERANGE, 0},
		{"", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
		{"1.0", -EINVAL, 0},
		{"1k", -EINVAL, 0},
		{"one", -EINVAL, 0},
	};

	check(parse_any_count, cases, COUNT(cases));
}

Test(units, count_keeps_within_its_bounds)
{
	static const struct parse_case cases[] = {
		{"2", -ERANGE, 0},
		{"3", 0, 3},
		{"7", 0, 7},
		{"8", -ERANGE, 0},
	};

	check(parse_small_count, cases, COUNT(cases));
}

Test(units, size_takes_prefixes_of_1000_and_of_1024)
{
	static const struct parse_case cases[] = {
		{"0", 0, 0},
		{"64", 0, 64},
		{"1k", 0, 1000},
		{"1K", 0, 1000},
		{"1M", 0, 1000000},
		{"10G", 0, 10000000000},
		{"1T", 0, 1000000000000},
		{"1Ki", 0, 1024},
		{"1Mi", 0, 1048576},
		{"1Gi", 0, 1073741824},
		{"1Ti", 0, 1099511627776},
		{"1.5k", 0, 1500},
		{"0.5Ki", 0, 512},
		{"2.000", 0, 2},
		{"1.0000000000000", 0, 1},
		{"0.001k", 0, 1},
		{"0.000000001G", 0, 1},
		{"18446744073709551615", 0, UINT64_MAX},
		{"16777215Ti", 0, 16777215ull << 40},
		{"18446744.073709551615T", -EINVAL, 0},
		{"18446744.073709551T", 0, 18446744073709551000u},
	};

	check(units_parse_size, cases, COUNT(cases));
}

Test(units, invalid_sizes_are_refused)
{
	static const struct parse_case cases[] = {
		{"", -EINVAL, 0},
		{"k", -EINVAL, 0},
		{".5k", -EINVAL, 0},
		{"1.k", -EINVAL, 0},
		{"1.", -EINVAL, 0},
		{"1..5k", -EINVAL, 0},
		{"0.5", -EINVAL, 0},
		{"0.0001k", -EINVAL, 0},
		{"1.0000000001G", -EINVAL, 0},
		{"-1k", -EINVAL, 0},
		{"+1k", -EINVAL, 0},
		{" 1k", -EINVAL, 0},
		{"1 k", -EINVAL, 0},
		{"1kk", -EINVAL, 0},
		{"1m", -EINVAL, 0},
		{"1kib", -EINVAL, 0},
		{"1ki", -EINVAL, 0},
		{"1e6", -EINVAL, 0},
		{"0x1k", -EINVAL, 0},
		{"18446744073709551616", -ERANGE, 0},
		{"18446744073709551615k", -ERANGE, 0},
		{"16777216Ti", -ERANGE, 0},
		{"18446744073709551615.5", -EINVAL, 0},
	};

	check(units_parse_size, cases, COUNT(cases));
}

Test(units, rate_may_have_a_fraction)
{
	static const struct {
		const char *text;
		int error;
		double value;
		const char *spelled; /* NULL: as it was */
	} cases[] = {
		{"0", 0, 0, NULL},
		{"0.5", 0, 0.5, NULL},
		{"1.5", 0, 1.5, NULL},
		{"0.1", 0, 0.1, NULL},
		{"0.001", 0, 0.001, NULL},
		{"0.000000001", 0, 1e-9, NULL},
		{"33.333333333", 0, 33.333333333, NULL},
		{"1.5k", 0, 1500, "1500"},
		{"1.0005k", 0, 1000.5, "1000.5"},
		{"0.25M", 0, 250000, "250k"},
		{"10k", 0, 10000, NULL},
		{"0.0001k", 0, 0.1, "0.1"},
		{"0.000000001Ki", 0, 1.024e-6, "0.000001024"},
		{"100T", 0, 1e14, NULL},
		{"18446744073709551616", -ERANGE, 0, NULL},
		{"0.0000000001", -EINVAL, 0, NULL},
		{"-1", -EINVAL, 0, NULL},
		{".5", -EINVAL, 0, NULL},
		{"1e3", -EINVAL, 0, NULL},
		{"nan", -EINVAL, 0, NULL},
		{"", -EINVAL, 0, NULL},
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++) {
		double value = -1;
		const char *spelled = cases[i].spelled;

		cr_assert(units_parse_rate(&value, cases[i].text) ==
				  cases[i].error,
			"\"%s\"", cases[i].text);
		cr_assert(value == (cases[i].error ? -1 : cases[i].value),
			"\"%s\": %.17g", cases[i].text, value);
		if (!cases[i].error)
			cr_assert_str_eq(units_spell_rate(value, text),
				spelled ? spelled : cases[i].text);
	}
}

Test(units, time_becomes_nanoseconds)
{
	static const struct parse_case cases[] = {
		{"0", 0, 0},
		{"1", 0, 1000000000},
		{"0.5", 0, 500000000},
		{"0.1", 0, 100000000},
		{"0.000000001", 0, 1},
		{"7ns", 0, 7},
		{"3us", 0, 3000},
		{"1.5ms", 0, 1500000},
		{"10s", 0, 10000000000},
		{"2m", 0, 120000000000},
		{"1h", 0, 3600000000000},
		{"0.5h", 0, 1800000000000},
		{"18446744073s", 0, 18446744073000000000u},
		{"18446744074s", -ERANGE, 0},
		{"5124096h", -ERANGE, 0},
		{"0.5ns", -EINVAL, 0},
		{"0.0000000001", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"s", -EINVAL, 0},
		{"-1s", -EINVAL, 0},
		{"1 s", -EINVAL, 0},
		{"1S", -EINVAL, 0},
		{"1d", -EINVAL, 0},
		{"1m30s", -EINVAL, 0},
		{"inf", -EINVAL, 0},
	};

	check(units_parse_time, cases, COUNT(cases));
}

struct format_case {
	double value;
	const char *text;
};

Test(units, si_has_three_digits_and_never_a_thousand)
{
	static const struct format_case cases[] = {
		{0, "0"},
		{1, "1"},
		{12, "12"},
		{999, "999"},
		{0.5, "0.50"},
		{0.1, "0.10"},
		{0.0995, "0.10"},
		{0.05, "0.0500"},
		{0.00195, "0.00195"},
		{0.001, "0.00100"},
		{1.234, "1.23"},
		{12.34, "12.3"},
		{123.4, "123"},
		{9.994, "9.99"},
		{9.996, "10.0"},
		{99.94, "99.9"},
		{99.96, "100"},
		{999.4, "999"},
		{999.5, "1.00 k"},
		{999.9, "1.00 k"},
		{1000, "1.00 k"},
		{1234, "1.23 k"},
		{9996, "10.0 k"},
		{12345, "12.3 k"},
		{99960, "100 k"},
		{987000, "987 k"},
		{999499, "999 k"},
		{999500, "1.00 M"},
		{1234567, "1.23 M"},
		{36e6, "36.0 M"},
		{80e9, "80.0 G"},
		{999.9e9, "1.00 T"},
		{1.5e15, "1.50 P"},
		{18446744073709551615.0, "18.4 E"},
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_assert_str_eq(
			units_format_si(cases[i].value, text), cases[i].text);
}

Test(units, si_of_any_number_is_three_digits)
{
	char text[UNITS_TEXT];
	uint64_t seed = 1;

	for (int i = 0; i < 100000; i++) {
		double value;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		value = (double)(seed >> (seed & 63));
		units_format_si(value, text);
		cr_assert(strtod(text, NULL) < 999.5, "%f is %s", value, text);
		cr_assert(strcspn(text, " ") <= 4, "%f is %s", value, text);
	}
}

Test(units, time_has_three_digits_and_the_unit_that_fits)
{
	static const struct format_case cases[] = {
		{0, "0.00 ns"},
		{9.5, "9.50 ns"},
		{18, "18.0 ns"},
		{999.4, "999 ns"},
		{999.5, "1.00 us"},
		{18300, "18.3 us"},
		{999499, "999 us"},
		{999500, "1.00 ms"},
		{151000000, "151 ms"},
		{999500000, "1.00 s"},
		{1.2e9, "1.20 s"},
		{60e9, "60.0 s"},
		{3600e9, "3600 s"},
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_assert_str_eq(
			units_format_time(cases[i].value, text), cases[i].text);
}

Test(units, grouped_has_a_blank_every_three_digits)
{
	static const struct {
		uint64_t value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{7, "7"},
		{999, "999"},
		{1000, "1 000"},
		{12345, "12 345"},
		{123456, "123 456"},
		{1234567, "1 234 567"},
		{UINT64_MAX, "18 446 744 073 709 551 615"},
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_assert_str_eq(units_format_grouped(cases[i].value, text),
			cases[i].text);
}

Test(units, spelled_shortly_and_to_the_last_digit)
{
	static const struct {
		uint64_t value;
		const char *size, *time;
	} cases[] = {
		{0, "0", "0"},
		{1, "1", "1ns"},
		{1472, "1472", "1472ns"},
		{1500, "1500", "1500ns"},
		{10000, "10k", "10us"},
		{65536, "64Ki", "65536ns"},
		{8388608, "8Mi", "8388608ns"},
		{300000000, "300M", "300ms"},
		{1000000000, "1G", "1s"},
		{90000000000, "90G", "90s"},
		{120000000000, "120G", "2m"},
		{7200000000000, "7200G", "2h"},
		{UINT64_MAX, "18446744073709551615", "18446744073709551615ns"},
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_assert_str_eq(
			units_spell_size(cases[i].value, text), cases[i].size);
		cr_assert_str_eq(
			units_spell_time(cases[i].value, text), cases[i].time);
	}
}
