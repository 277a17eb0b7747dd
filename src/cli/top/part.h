/* SPDX-License-Identifier: MIT */
/* The parts of the screen, for draw.c. Each draws into the given rows, which
 * are all on the screen. */
#pragma once

#include "cli/top/scene.h"
#include "cli/top/screen.h"

/* Below this many columns, long texts are left out. */
#define PART_NARROW 60

/* Formats into a text, which is cut to width. */
void part_text(int row, int column, int width, unsigned look,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* As many of its clauses as fit whole; or else of its words. */
void part_words(
	int row, int column, int width, unsigned look, const char *text);

/* The same as part_text() at the right end; returns where it begins. */
int part_right(int row, int end, unsigned look, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Two rows, or three with room for notices. */
void part_head(const struct scene *s, int rows, int columns);

/* The table of servers, with its titles; the selected one is in sight. */
void part_servers(const struct scene *s, int row, int rows, int columns);

/* What is drawn instead if there is none. */
void part_none(const struct scene *s, int row, int rows, int columns);

/* The selected server: graphs, causes, workers. */
void part_panel(const struct scene *s, int row, int rows, int columns);

/* Its workers, with the titles of their table. */
void part_workers(const struct scene *s, const struct watched *w, int row,
	int rows_all, int columns);

/* The titles of a table's columns; sorted: COLUMNS_ALL for none. */
void part_titles(int row, int columns, const struct column_widths *w,
	const char *const titles[COLUMNS_ALL], enum column sorted);

/* A cell of a table. look: plain, unless the value deserves attention. */
void part_figure(int row, int column, int width, unsigned look, enum column c,
	const struct figures *f);

/* Keys, a question or a message, in one row. */
void part_foot(const struct scene *s, int row, int columns);

void part_help(int rows, int columns);
