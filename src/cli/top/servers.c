/* SPDX-License-Identifier: MIT */
/* The table of servers. */
#include "cli/top/part.h"

#include "cli/top/cell.h"
#include "cli/top/spark.h"

#include <stdio.h>
#include <string.h>

/* The first address; "+" if there are more. */
static void format_address(char *text, size_t room, const struct watched *w)
{
	const struct reader_about *a = reader_about(w->reader);
	char address[ADDRESS_TEXT] = "-";

	if (a->endpoint_count)
		address_format(&a->endpoints[0], address);
	snprintf(text, room, "%s%s", address, a->endpoint_count > 1 ? "+" : "");
}

static int longest_address(const struct watchlist *l)
{
	char text[ADDRESS_TEXT + 2];
	size_t most = 0;

	for (size_t i = 0; i < l->count; i++) {
		format_address(text, sizeof(text), l->servers[i]);
		if (strlen(text) > most)
			most = strlen(text);
	}
	return (int)most;
}

/* If it is too long, its end matters most: the port. */
static void put_address(
	int row, int at, int width, unsigned look, const struct watched *w)
{
	char text[ADDRESS_TEXT + 2];
	int n;

	format_address(text, sizeof(text), w);
	n = (int)strlen(text);
	if (n > width)
		part_text(row, at, width, look, "~%s", text + n - width + 1);
	else
		part_text(row, at, width, look, "%s", text);
}

static void put_graph(
	int row, int at, int width, unsigned look, const struct watched *w)
{
	uint8_t cells[HISTORY];

	width = width < HISTORY ? width : HISTORY;
	spark_row(cells, width, &w->rx, history_peak(&w->rx, (unsigned)width),
		1, 0);
	screen_put_cells(
		row, at, width, look | LOOK_IN, cells, SCREEN_FROM_BELOW);
}

static void put_cell(const struct scene *s, int row, int at, int width,
	unsigned look, enum column c, const struct watched *w)
{
	const struct reader_about *a = reader_about(w->reader);
	char text[CELL];

	switch (c) {
	case COLUMN_PID:
		part_text(row, at, width, look, "%*d", width, a->pid);
		break;
	case COLUMN_ADDRESS:
		put_address(row, at, width, look, w);
		break;
	case COLUMN_SERVICE:
		if (w->ended_ns)
			screen_put(row, at, width, look, "ended");
		else
			part_text(row, at, width, look, "%s/%s", a->service,
				a->backend);
		break;
	case COLUMN_WORKERS:
		part_text(row, at, width, look, "%*u", width, a->worker_count);
		break;
	case COLUMN_AGE:
		part_text(row, at, width, look, "%*s", width,
			cell_age(text, watched_age_s(w, s->wall_ns)));
		break;
	case COLUMN_GRAPH:
		put_graph(row, at, width, look, w);
		break;
	default:
		part_figure(row, at, width, look, c, &w->total);
	}
}

static void put_server(const struct scene *s, int row, int columns,
	const struct column_widths *widths, const struct watched *w)
{
	bool selected = w->serial == s->view->selected;
	unsigned look = selected ? LOOK_SELECTED : LOOK_PLAIN;
	int at = 0;

	if (w->ended_ns)
		look |= LOOK_DIM;
	screen_put(row, 0, columns, look, "");
	for (int i = 0; i < COLUMNS_ALL; i++) {
		if (!widths->of[i])
			continue;
		put_cell(s, row, at, widths->of[i], look, (enum column)i, w);
		at += widths->of[i] + 1;
	}
}

/* The first one in sight: the selected one is, and no row is empty if there are
 * more. */
static size_t first_in_sight(const struct scene *s, size_t rows)
{
	size_t place = s->view->place, count = s->list->count, first = 0;

	if (rows < count && place >= rows / 2)
		first = place - rows / 2;
	if (count > rows && first > count - rows)
		first = count - rows;
	return count > rows ? first : 0;
}

void part_servers(const struct scene *s, int row, int rows, int columns)
{
	size_t first = first_in_sight(s, (size_t)(rows > 1 ? rows - 1 : 1));
	const char *titles[COLUMNS_ALL];
	struct column_widths widths;

	column_fit(&widths, columns, longest_address(s->list));
	for (int i = 0; i < COLUMNS_ALL; i++)
		titles[i] = column_about[i].title;
	part_titles(row, columns, &widths, titles, s->view->order.by);
	for (int i = 1; i < rows; i++) {
		size_t at = first + (size_t)i - 1;

		if (at < s->list->count)
			put_server(s, row + i, columns, &widths,
				s->list->servers[at]);
	}
}

static bool waits_for_named(const struct scene *s)
{
	return s->list->wanted_count > 0;
}

void part_none(const struct scene *s, int row, int rows, int columns)
{
	int at = columns >= PART_NARROW ? 2 : 0;

	if (rows < 4)
		return;
	if (waits_for_named(s)) {
		screen_put(row + 1, at, columns, LOOK_BOLD,
			"None of the named servers runs.");
		part_words(row + 2, at, columns - at, LOOK_PLAIN,
			columns < PART_NARROW
				? "One that starts appears here."
				: "One that starts appears here within a "
				  "second.");
		return;
	}
	screen_put(row + 1, at, columns, LOOK_BOLD,
		columns < PART_NARROW ? "No server runs on this host."
				      : "No server that exports its counters "
					"runs on this host.");
	screen_put(row + 2, at, columns, LOOK_PLAIN,
		"Start one in another terminal:");
	screen_put(row + 3, at, columns, LOOK_GOOD, "    udpmill serve 0");
	if (rows > 4)
		screen_put(row + 4, at, columns, LOOK_PLAIN,
			"It appears here within a second.");
}
