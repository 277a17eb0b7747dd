/* SPDX-License-Identifier: MIT */
/*
 * Lines for a screen, put together from items that fit its width. Text only;
 * block.h puts it on a terminal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LINES_MAX     16
#define LINES_COLUMNS 240 /* a wider screen is not filled */
#define LINES_LABEL   13  /* columns that a label takes */

/* At most three bytes a column, and some escapes. */
#define LINES_BYTES (3 * LINES_COLUMNS + 64)

struct lines_line {
	char text[LINES_BYTES];
	size_t bytes;
	unsigned columns;
	unsigned rank; /* lines of a higher rank are left out first */
};

struct lines {
	unsigned width; /* columns that a line may take */
	bool utf8, colour;
	unsigned count;
	struct lines_line line[LINES_MAX];
};

/* columns: of the screen, whose last one stays free. */
void lines_init(struct lines *l, unsigned columns, bool utf8, bool colour);

/* Begins another line: with a label in front, or with none if it is NULL. */
void lines_begin(struct lines *l, unsigned rank, const char *label);

/* Adds text of ASCII to the last line, in a style (STYLE_BOLD...) or in none
 * (NULL). False: it does not fit, and is left out. */
bool lines_add(struct lines *l, const char *style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same at the end of the line. */
bool lines_add_right(struct lines *l, const char *style, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* How many columns are left in the last line. */
unsigned lines_left(const struct lines *l);

/* Adds one column for each value: its height as a share of most. NAN leaves a
 * gap. Stops where the line is full. */
void lines_add_graph(
	struct lines *l, const double *values, unsigned count, double most);

/* Adds a bar of so many columns, of which a share, from 0 to 1, is filled. */
void lines_add_bar(struct lines *l, unsigned columns, double share);

/* Leaves out lines until there are at most so many. */
void lines_limit(struct lines *l, unsigned most);
