/* SPDX-License-Identifier: MIT */
#include "core/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BILLION 1000000000u

/* The highest rate: no clock could time a higher one. */
#define RATE_MAX 1000000000000000000u

struct unit {
	const char *name;
	uint64_t factor;
};

int units_parse_count(
	uint64_t *value, const char *text, uint64_t lowest, uint64_t highest)
{
	char *end;
	unsigned long long v;

	/* strtoull would accept blanks and a sign, and turn "-1" into a large
	 * number. */
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno || v < lowest || v > highest)
		return -ERANGE;
	*value = v;
	return 0;
}

/*
 * Parses digits[.digits] exactly, in units of 1/10^9: a double cannot hold 0.1.
 * Sets *rest to what follows.
 */
static int parse_decimal(
	uint64_t *whole, uint64_t *billionths, const char *text, char **rest)
{
	uint64_t scale = 100000000;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*whole = strtoull(text, rest, 10);
	if (errno)
		return -ERANGE;
	*billionths = 0;
	if (**rest != '.')
		return 0;
	if (!isdigit((unsigned char)*++*rest))
		return -EINVAL;
	for (; isdigit((unsigned char)**rest); ++*rest, scale /= 10) {
		if (scale == 0 && **rest != '0')
			return -EINVAL;
		*billionths += (uint64_t)(**rest - '0') * scale;
	}
	return 0;
}

/* The value in billionths: 2^64 x 10^9 x 2^40 is less than 2^128. */
static int parse_billionths(
	unsigned __int128 *value, const char *text, const struct unit *units)
{
	uint64_t whole, billionths;
	char *rest;
	int error = parse_decimal(&whole, &billionths, text, &rest);

	if (error)
		return error;
	for (; units->name; units++)
		if (strcmp(rest, units->name) == 0)
			break;
	if (!units->name)
		return -EINVAL;
	if ((unsigned __int128)whole * units->factor > UINT64_MAX)
		return -ERANGE;
	*value = (unsigned __int128)whole * units->factor * BILLION +
		 (unsigned __int128)billionths * units->factor;
	return 0;
}

static int parse_unit(
	uint64_t *value, const char *text, const struct unit *units)
{
	unsigned __int128 v;
	int error = parse_billionths(&v, text, units);

	if (error)
		return error;
	if (v % BILLION)
		return -EINVAL;
	if (v / BILLION > UINT64_MAX)
		return -ERANGE;
	*value = (uint64_t)(v / BILLION);
	return 0;
}

/* Of several names for one factor, the last is the one written. */
static const struct unit size_units[] = {
	{"", 1},
	{"K", 1000},
	{"k", 1000},
	{"M", 1000000},
	{"G", 1000000000},
	{"T", 1000000000000},
	{"Ki", 1ull << 10},
	{"Mi", 1ull << 20},
	{"Gi", 1ull << 30},
	{"Ti", 1ull << 40},
	{NULL, 0},
};

static const struct unit time_units[] = {
	{"", 1000000000},
	{"ns", 1},
	{"us", 1000},
	{"ms", 1000000},
	{"s", 1000000000},
	{"m", 60000000000},
	{"h", 3600000000000},
	{NULL, 0},
};

int units_parse_size(uint64_t *value, const char *text)
{
	return parse_unit(value, text, size_units);
}

int units_parse_rate(double *value, const char *text)
{
	unsigned __int128 v;
	int error = parse_billionths(&v, text, size_units);

	if (error)
		return error;
	if (v / BILLION > RATE_MAX)
		return -ERANGE;
	/* Two parts, each as exact as a double can be. */
	*value = (double)(uint64_t)(v / BILLION) +
		 (double)(uint64_t)(v % BILLION) / BILLION;
	return 0;
}

int units_parse_time(uint64_t *value_ns, const char *text)
{
	return parse_unit(value_ns, text, time_units);
}

/* Uses the largest unit of which the value is a whole multiple. */
static const char *spell(
	uint64_t value, const struct unit *units, char text[UNITS_TEXT])
{
	const struct unit *best = NULL;

	for (; units->name && value > 0; units++)
		if (value % units->factor == 0 &&
			(!best || units->factor >= best->factor))
			best = units;
	snprintf(text, UNITS_TEXT, "%llu%s",
		(unsigned long long)(best ? value / best->factor : value),
		best ? best->name : "");
	return text;
}

const char *units_spell_size(uint64_t value, char text[UNITS_TEXT])
{
	return spell(value, size_units, text);
}

const char *units_spell_time(uint64_t value_ns, char text[UNITS_TEXT])
{
	return spell(value_ns, time_units, text);
}

const char *units_spell_rate(double value, char text[UNITS_TEXT])
{
	double back;

	if (value == floor(value) && value < 0x1p63)
		return units_spell_size((uint64_t)value, text);
	for (int decimals = 1; decimals <= 9; decimals++) {
		snprintf(text, UNITS_TEXT, "%.*f", decimals, value);
		if (units_parse_rate(&back, text) == 0 && back == value)
			break;
	}
	return text;
}

static const char *format_three(
	double value, const char *unit, char text[UNITS_TEXT])
{
	int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

	snprintf(text, UNITS_TEXT, "%.*f %s", decimals, value, unit);
	return text;
}

const char *units_format_si(double value, char text[UNITS_TEXT])
{
	static const char *const prefixes[] = {"k", "M", "G", "T", "P", "E"};
	size_t i = 0;

	if (value < 999.5) {
		int decimals = value == floor(value) || value >= 99.95 ? 0
			       : value >= 9.995                        ? 1
								       : 2;

		/* Three digits after the zeros that follow the point. */
		for (double v = value;
			value < 0.0995 && v > 0 && v < 0.995 && decimals < 14;
			v *= 10)
			decimals++;
		snprintf(text, UNITS_TEXT, "%.*f", decimals, value);
		return text;
	}
	for (value /= 1000; value >= 999.5 && i < 5; i++)
		value /= 1000;
	return format_three(value, prefixes[i], text);
}

const char *units_format_time(double value_ns, char text[UNITS_TEXT])
{
	static const char *const names[] = {"ns", "us", "ms", "s"};
	size_t i = 0;

	for (; value_ns >= 999.5 && i < 3; i++)
		value_ns /= 1000;
	return format_three(value_ns, names[i], text);
}

const char *units_format_grouped(uint64_t value, char text[UNITS_TEXT])
{
	char digits[UNITS_TEXT];
	int n = snprintf(
		digits, sizeof(digits), "%llu", (unsigned long long)value);
	char *out = text;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*out++ = ' ';
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}
