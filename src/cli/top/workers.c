/* SPDX-License-Identifier: MIT */
/* The workers of the selected server, below its panel. */
#include "cli/top/part.h"

#include "cli/top/spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double most_received(const struct watched *w)
{
	double most = 0;

	if (w->sources.at[SOURCE_RX] < 0)
		return 0;
	for (uint32_t i = 0; i < watched_workers(w); i++) {
		struct span span = watched_span(w, i, 1);

		most = fmax(most, span_growth(&span, w->sources.counters,
					  (uint32_t)w->sources.at[SOURCE_RX]));
	}
	return most;
}

static void put_worker(int row, const struct column_widths *widths,
	const struct watched *w, uint32_t worker, double most)
{
	struct span span = watched_span(w, worker, 1);
	uint8_t cells[HISTORY];
	struct figures f;
	int at = 0;

	figures_take(&f, &w->sources, &span);
	for (int i = 0; i < COLUMNS_ALL; i++) {
		int width = widths->of[i];

		if (!width)
			continue;
		if (i == COLUMN_WORKERS) {
			part_text(row, at, width, LOOK_PLAIN, "%*u", width,
				worker);
		} else if (i == COLUMN_GRAPH) {
			width = width < HISTORY ? width : HISTORY;
			spark_bar(cells, width,
				f.of[FIGURE_RX] * span.seconds / most);
			screen_put_cells(row, at, width, LOOK_IN, cells,
				SCREEN_FROM_LEFT);
		} else {
			part_figure(
				row, at, width, LOOK_PLAIN, (enum column)i, &f);
		}
		at += widths->of[i] + 1;
	}
}

/* Which workers are in sight, if not all are. Returns its length. */
static int format_sight(char sight[64], int columns, uint32_t first,
	uint32_t rows, uint32_t all)
{
	if (all <= rows)
		return 0;
	if (columns < PART_NARROW)
		return snprintf(sight, 64, " %u more", all - rows);
	return snprintf(sight, 64, " %u to %u of %u, J/K", first,
		first + rows - 1, all);
}

static int titles_end(const struct column_widths *w)
{
	int end = w->of[COLUMN_GRAPH] ? (int)strlen("RX/s") : -1;

	for (int i = 0; i < COLUMN_GRAPH; i++)
		end += w->of[i] ? w->of[i] + 1 : 0;
	return end;
}

void part_workers(const struct scene *s, const struct watched *w, int row,
	int rows_all, int columns)
{
	uint32_t all = watched_workers(w), rows = (uint32_t)(rows_all - 1);
	uint32_t first = s->view->first_worker;
	double most = most_received(w);
	const char *titles[COLUMNS_ALL];
	struct column_widths widths;
	char sight[64];
	int n;

	if (rows_all < 2)
		return;
	if (first + rows > all)
		first = all > rows ? all - rows : 0;
	for (int i = 0; i < COLUMNS_ALL; i++)
		titles[i] = column_about[i].title;
	titles[COLUMN_WORKERS] = "WORKER";
	titles[COLUMN_GRAPH] = "RX/s";
	n = format_sight(sight, columns, first, rows, all);
	column_fit_workers(&widths, columns);
	/* Titles end before it. */
	if (titles_end(&widths) + n > columns)
		column_fit_workers(&widths, columns - n);
	part_titles(row, columns, &widths, titles, COLUMNS_ALL);
	if (n)
		part_right(row, columns, LOOK_TITLE, "%s", sight);
	for (uint32_t i = 0; i < rows && first + i < all; i++)
		put_worker(row + 1 + (int)i, &widths, w, first + i, most);
}
