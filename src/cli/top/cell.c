/* SPDX-License-Identifier: MIT */
#include "cli/top/cell.h"

#include "core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Below this, digits would fill the column. */
#define LEAST 0.1

static const char *unknown(char text[CELL])
{
	return strcpy(text, "-");
}

const char *cell_number(char text[CELL], double value)
{
	char si[UNITS_TEXT];
	size_t n = 0;

	if (isnan(value))
		return unknown(text);
	if (value > 0 && value < LEAST)
		return strcpy(text, "<0.1");
	units_format_si(value, si);
	for (const char *c = si; *c && n < CELL - 1; c++)
		if (*c != ' ')
			text[n++] = *c;
	text[n] = '\0';
	return text;
}

const char *cell_percent(char text[CELL], double value)
{
	if (isnan(value))
		return unknown(text);
	snprintf(text, CELL, "%.0f%%", fmin(value, 99999));
	return text;
}

const char *cell_ratio(char text[CELL], double value)
{
	if (isnan(value))
		return unknown(text);
	if (value >= 999.5)
		return cell_number(text, value);
	snprintf(text, CELL, value >= 99.95 ? "%.0f" : "%.1f", value);
	return text;
}

const char *cell_age(char text[CELL], double seconds)
{
	static const struct {
		double seconds;
		char unit;
	} units[] = {{31557600, 'y'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds >= units[i].seconds &&
			(units[i].unit != 'y' || seconds >= 1000 * 86400.0)) {
			snprintf(text, CELL, "%.0f%c",
				fmin(floor(seconds / units[i].seconds), 999),
				units[i].unit);
			return text;
		}
	snprintf(text, CELL, "%.0fs", floor(seconds));
	return text;
}
