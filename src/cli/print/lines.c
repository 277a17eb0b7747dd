/* SPDX-License-Identifier: MIT */
#include "cli/print/lines.h"

#include "cli/print/style.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEIGHTS 8

void lines_init(struct lines *l, unsigned columns, bool utf8, bool colour)
{
	l->width = columns > 1 ? columns - 1 : 1;
	if (l->width > LINES_COLUMNS)
		l->width = LINES_COLUMNS;
	l->utf8 = utf8;
	l->colour = colour;
	l->count = 0;
}

static struct lines_line *last(struct lines *l)
{
	return &l->line[l->count - 1];
}

unsigned lines_left(const struct lines *l)
{
	return l->width - l->line[l->count - 1].columns;
}

/* columns: of the text, which is known to fit. */
static void append(struct lines *l, const char *text, unsigned columns)
{
	struct lines_line *line = last(l);
	size_t n = strlen(text);

	if (line->bytes + n >= sizeof(line->text))
		return;
	memcpy(line->text + line->bytes, text, n + 1);
	line->bytes += n;
	line->columns += columns;
}

void lines_begin(struct lines *l, unsigned rank, const char *label)
{
	char text[LINES_LABEL + 1];

	if (l->count == LINES_MAX)
		return;
	l->count++;
	last(l)->bytes = 0;
	last(l)->text[0] = '\0';
	last(l)->columns = 0;
	last(l)->rank = rank;
	if (!label || l->width < LINES_LABEL)
		return;
	snprintf(text, sizeof(text), "  %-*s", LINES_LABEL - 2, label);
	append(l, text, LINES_LABEL);
}

static void append_in_style(
	struct lines *l, const char *style, const char *text, unsigned columns)
{
	char escape[16];

	if (style && l->colour) {
		snprintf(escape, sizeof(escape), "\033[%sm", style);
		append(l, escape, 0);
	}
	append(l, text, columns);
	append(l, STYLE(style && l->colour, STYLE_END), 0);
}

static bool add(
	struct lines *l, bool right, const char *style, const char *text)
{
	unsigned columns = (unsigned)strlen(text);
	/* Items are two columns apart; the first one follows the label. */
	bool first = last(l)->columns == 0 || last(l)->columns == LINES_LABEL;
	unsigned gap = first ? 0 : 2;

	if (lines_left(l) < gap + columns)
		return false;
	if (right)
		gap = lines_left(l) - columns;
	while (gap-- > 0)
		append(l, " ", 1);
	append_in_style(l, style, text, columns);
	return true;
}

bool lines_add(struct lines *l, const char *style, const char *format, ...)
{
	char text[LINES_COLUMNS + 1];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return add(l, false, style, text);
}

bool lines_add_right(
	struct lines *l, const char *style, const char *format, ...)
{
	char text[LINES_COLUMNS + 1];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return add(l, true, style, text);
}

static const char *column_of(const struct lines *l, double share)
{
	static const char *const blocks[HEIGHTS] = {"\u2581", "\u2582",
		"\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char *const ascii[HEIGHTS] = {
		"_", ".", "-", ":", "=", "+", "*", "#"};
	int height;

	if (isnan(share))
		return " ";
	/* A share of exactly so many eighths may be a little less. */
	height = (int)(fmin(fmax(share, 0), 1) * HEIGHTS + 1e-6);
	height = height < HEIGHTS ? height : HEIGHTS - 1;
	return l->utf8 ? blocks[height] : ascii[height];
}

void lines_add_graph(
	struct lines *l, const double *values, unsigned count, double most)
{
	for (unsigned i = 0; i < count && lines_left(l) > 0; i++)
		append(l, column_of(l, most > 0 ? values[i] / most : values[i]),
			1);
}

void lines_add_bar(struct lines *l, unsigned columns, double share)
{
	unsigned full = (unsigned)(fmin(fmax(share, 0), 1) * columns + 0.5);

	for (unsigned i = 0; i < columns && lines_left(l) > 0; i++)
		if (i < full)
			append(l, l->utf8 ? "\u2501" : "=", 1);
		else
			append(l, l->utf8 ? "\u2500" : "-", 1);
}

void lines_limit(struct lines *l, unsigned most)
{
	while (l->count > most) {
		unsigned worst = 0;

		for (unsigned i = 1; i < l->count; i++)
			if (l->line[i].rank >= l->line[worst].rank)
				worst = i;
		memmove(&l->line[worst], &l->line[worst + 1],
			(l->count - worst - 1) * sizeof(l->line[0]));
		l->count--;
	}
}
