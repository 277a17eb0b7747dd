/* SPDX-License-Identifier: MIT */
#include "cli/top/part.h"

#include "cli/top/cell.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROOM 512 /* of a row's text */

void part_text(
	int row, int column, int width, unsigned look, const char *format, ...)
{
	char text[ROOM];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	screen_put(row, column, width, look, text);
}

/* How much of a text that is too long: to the end of its last clause that fits,
 * or else of the last word; 0 if not even one fits. */
static int whole(const char *text, int width)
{
	int words = 0, clauses = 0;

	for (int i = 1; i <= width; i++) {
		if (text[i] != ' ')
			continue;
		words = i;
		if (strchr(".,;:", text[i - 1]))
			words = clauses = i - 1;
	}
	if (strchr(".,;:", text[width]))
		clauses = width;
	return clauses ? clauses : words;
}

void part_words(int row, int column, int width, unsigned look, const char *text)
{
	int n = (int)strlen(text);

	if (width > 0 && n > width)
		n = whole(text, width);
	part_text(row, column, width, look, "%.*s", n, text);
}

int part_right(int row, int end, unsigned look, const char *format, ...)
{
	char text[ROOM];
	va_list list;
	int n;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	n = (int)strlen(text);
	n = n < end ? n : end;
	screen_put(row, end - n, n, look, text);
	return end - n;
}

void part_titles(int row, int columns, const struct column_widths *w,
	const char *const titles[COLUMNS_ALL], enum column sorted)
{
	int at = 0;

	screen_put(row, 0, columns, LOOK_TITLE, "");
	for (int i = 0; i < COLUMNS_ALL; i++) {
		int width = w->of[i];
		unsigned look = i == (int)sorted ? LOOK_SORTED : LOOK_TITLE;

		if (!width)
			continue;
		if (column_about[i].left)
			part_words(row, at, width, look, titles[i]);
		else
			part_text(
				row, at, width, look, "%*s", width, titles[i]);
		at += width + 1;
	}
}

static unsigned look_of(enum column c, double value)
{
	if (!(value > 0))
		return LOOK_DIM;
	switch (c) {
	case COLUMN_DROPPED:
		return LOOK_BAD;
	case COLUMN_REFUSED:
		return LOOK_WARN;
	case COLUMN_QUEUE:
		return value >= 75 ? LOOK_WARN : LOOK_PLAIN;
	default:
		return LOOK_PLAIN;
	}
}

void part_figure(int row, int column, int width, unsigned look, enum column c,
	const struct figures *f)
{
	double value = f->of[column_about[c].figure];
	char text[CELL];

	switch (c) {
	case COLUMN_TRAIN:
		cell_ratio(text, value);
		break;
	case COLUMN_FILL:
	case COLUMN_QUEUE:
		cell_percent(text, value);
		break;
	case COLUMN_CPU:
		cell_ratio(text, value);
		break;
	default:
		cell_number(text, value);
	}
	if (look == LOOK_PLAIN || look == LOOK_SELECTED)
		look |= look_of(c, value);
	part_text(row, column, width, look, "%*s", width, text);
}
