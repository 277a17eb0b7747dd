/* SPDX-License-Identifier: MIT */
/* The selected server: its graphs, why it did not answer, and its workers. */
#include "cli/top/part.h"

#include "cli/print/text.h"
#include "cli/top/caused.h"
#include "cli/top/cell.h"
#include "cli/top/spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CAUSES_MOST 32
#define GRAPH_MOST  6 /* rows */
#define NAME        8 /* columns, of a graph */

/* What is still free of the panel. */
struct space {
	int row, rows, columns;
};

static void take(struct space *p, int rows)
{
	p->row += rows;
	p->rows -= rows;
}

/* " 127.0.0.1:1060  echo by mmsg, pid 7, [...]", with all addresses for which
 * there is room. */
static void put_title(
	struct space *p, const struct scene *s, const struct watched *w)
{
	const struct reader_about *a = reader_about(w->reader);
	char age[CELL], address[ADDRESS_TEXT] = "no address", more[256] = "";
	size_t n = 0;

	if (a->endpoint_count)
		address_format(&a->endpoints[0], address);
	for (uint32_t i = 1; i < a->endpoint_count && n < sizeof(more); i++) {
		char other[ADDRESS_TEXT];

		n += (size_t)snprintf(more + n, sizeof(more) - n, "%s %s",
			i == 1 ? ", also at" : "",
			address_format(&a->endpoints[i], other));
	}
	part_text(p->row, 0, p->columns, LOOK_TITLE,
		" %s  %s by %s, pid %d, %u worker%s, %s, version %s%s", address,
		a->service, a->backend, a->pid, a->worker_count,
		a->worker_count == 1 ? "" : "s",
		w->ended_ns ? "ended"
			    : cell_age(age, watched_age_s(w, s->wall_ns)),
		a->version, more);
	take(p, 1);
}

/* What stands beside a graph. */
struct beside {
	const char *name;
	unsigned look;
	enum figure rate, bits; /* FIGURES: none */
};

static int beside_width(int columns)
{
	return columns >= 100 ? 38 : columns >= PART_NARROW ? 23 : 10;
}

static void put_beside(int row, int at, int width, const struct beside *b,
	const struct watched *w, double peak)
{
	double rate = w->total.of[b->rate];
	const char *bits = "", *unit = "";

	if (isnan(rate)) {
		screen_put(row, at, width, LOOK_DIM, " -");
		return;
	}
	if (b->bits != FIGURES && width > 20) {
		bits = text_si(w->total.of[b->bits]);
		unit = strchr(bits, ' ') ? "bit/s" : " bit/s";
	}
	part_text(row, at, width, rate > 0 ? LOOK_PLAIN : LOOK_DIM,
		" %s/s  %s%s", text_si(rate), bits, unit);
	if (width > 30)
		part_right(
			row, at + width, LOOK_DIM, "peak %s/s", text_si(peak));
}

static void put_graph(struct space *p, const struct beside *b,
	const struct history *h, const struct watched *w, int rows)
{
	int beside = beside_width(p->columns);
	int width = p->columns - NAME - beside;
	uint8_t cells[HISTORY];
	double peak;

	if (p->rows < rows || width < 1)
		return;
	width = width < HISTORY ? width : HISTORY;
	peak = history_peak(h, (unsigned)width);
	for (int i = 0; i < rows; i++) {
		spark_row(cells, width, h, peak, rows, rows - 1 - i);
		screen_put_cells(p->row + i, NAME, width, b->look, cells,
			SCREEN_FROM_BELOW);
	}
	screen_put(p->row + rows - 1, 0, NAME, b->look, b->name);
	put_beside(p->row + rows - 1, NAME + width, beside, b, w, peak);
	take(p, rows);
}

/* Graphs have the rows that nothing else needs; those without any value need
 * one. */
static int graph_rows(
	const struct space *p, const struct watched *w, int graphs)
{
	struct caused none;
	unsigned causes;
	int rows;

	(void)caused_take(&none, 0, &causes, w);
	rows = p->rows - 3 - (int)causes - (int)watched_workers(w);
	rows /= graphs ? graphs : 1;
	return rows < 1 ? 1 : rows > GRAPH_MOST ? GRAPH_MOST : rows;
}

static void put_graphs(struct space *p, const struct watched *w)
{
	static const struct beside in = {
		"in", LOOK_IN, FIGURE_RX, FIGURE_RX_BITS};
	static const struct beside out = {
		"out", LOOK_OUT, FIGURE_TX, FIGURE_TX_BITS};
	static const struct beside dropped = {
		"dropped", LOOK_BAD, FIGURE_DROPPED, FIGURES};
	static const struct beside refused = {
		"refused", LOOK_WARN, FIGURE_REFUSED, FIGURES};
	bool rx = history_peak(&w->rx, HISTORY) > 0;
	bool tx = history_peak(&w->tx, HISTORY) > 0;
	bool drops = history_peak(&w->dropped, HISTORY) > 0;
	bool refusals = history_peak(&w->refused, HISTORY) > 0;
	int rows = graph_rows(p, w, rx + tx + drops + refusals);

	put_graph(p, &in, &w->rx, w, rx ? rows : 1);
	put_graph(p, &out, &w->tx, w, tx ? rows : 1);
	if (drops)
		put_graph(p, &dropped, &w->dropped, w, rows);
	if (refusals)
		put_graph(p, &refused, &w->refused, w, rows);
}

static void put_cause(const struct space *p, const struct caused *c)
{
	bool narrow = p->columns < PART_NARROW;
	unsigned look = c->cause == CAUSE_DROPPED ? LOOK_BAD : LOOK_WARN;
	char rate[CELL];

	part_text(p->row, 0, p->columns, c->rate > 0 ? look : LOOK_PLAIN,
		narrow ? "%-24.24s %7s" : "%-28s %9s %20s %s", c->counter->name,
		cell_number(rate, c->rate), text_grouped(c->total),
		c->counter->unit);
}

/* Takes at most half of the rows, since workers come below. */
static void put_causes(struct space *p, const struct watched *w)
{
	struct caused causes[CAUSES_MOST];
	int most = p->rows / 2 - 1;
	unsigned all, count;

	if (p->rows < 1)
		return;
	most = most < 1 ? 1 : most > CAUSES_MOST ? CAUSES_MOST : most;
	count = caused_take(causes, (unsigned)most, &all, w);
	if (!all) {
		screen_put(p->row, 0, p->columns, LOOK_GOOD,
			"Nothing was dropped or refused.");
		take(p, 1);
		return;
	}
	part_text(p->row, 0, p->columns, LOOK_TITLE,
		p->columns < PART_NARROW ? "%-24s %7s" : "%-28s %9s %20s",
		"NOT ANSWERED, BY CAUSE", "PER s", "SINCE ITS START");
	if (all > count)
		part_right(
			p->row, p->columns, LOOK_TITLE, "%u more", all - count);
	take(p, 1);
	for (unsigned i = 0; i < count && p->rows > 0; i++) {
		put_cause(p, &causes[i]);
		take(p, 1);
	}
}

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

static void put_workers(
	struct space *p, const struct scene *s, const struct watched *w)
{
	uint32_t all = watched_workers(w), rows = (uint32_t)(p->rows - 1);
	uint32_t first = s->view->first_worker;
	double most = most_received(w);
	const char *titles[COLUMNS_ALL];
	struct column_widths widths;

	if (p->rows < 2)
		return;
	if (first + rows > all)
		first = all > rows ? all - rows : 0;
	for (int i = 0; i < COLUMNS_ALL; i++)
		titles[i] = column_about[i].title;
	titles[COLUMN_WORKERS] = "WORKER";
	titles[COLUMN_GRAPH] = "RX/s";
	column_fit_workers(&widths, p->columns);
	part_titles(p->row, p->columns, &widths, titles, COLUMNS_ALL);
	if (all > rows)
		part_right(p->row, p->columns, LOOK_TITLE,
			"%u to %u of %u, J/K", first, first + rows - 1, all);
	for (uint32_t i = 0; i < rows && first + i < all; i++)
		put_worker(p->row + 1 + (int)i, &widths, w, first + i, most);
}

void part_panel(const struct scene *s, int row, int rows, int columns)
{
	const struct watched *w = view_selected(s->view, s->list);
	struct space p = {row, rows, columns};

	if (!w || rows < 1)
		return;
	put_title(&p, s, w);
	put_graphs(&p, w);
	put_causes(&p, w);
	put_workers(&p, s, w);
}
