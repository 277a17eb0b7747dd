/* SPDX-License-Identifier: MIT */
/* The selected server: its graphs, why it did not answer, and its workers. */
#include "cli/top/part.h"

#include "cli/print/text.h"
#include "cli/top/caused.h"
#include "cli/top/cell.h"
#include "cli/top/spark.h"

#include <math.h>
#include <stdarg.h>
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

/* A text of pieces; the first one that does not fit whole, and all after it,
 * are left out. */
struct pieces {
	char text[512];
	int n, most;
};

static void append(struct pieces *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void append(struct pieces *p, const char *format, ...)
{
	size_t room = sizeof(p->text) - (size_t)p->n;
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(p->text + p->n, room, format, list);
	va_end(list);
	if (n < 0 || (size_t)n >= room || p->n + n > p->most) {
		p->text[p->n] = '\0';
		p->most = 0;
	} else {
		p->n += n;
	}
}

/* " 127.0.0.1:1060  echo by mmsg, pid 7, [...]", with all addresses for which
 * there is room. */
static void put_title(
	struct space *p, const struct scene *s, const struct watched *w)
{
	const struct reader_about *a = reader_about(w->reader);
	char age[CELL], address[ADDRESS_TEXT] = "no address";
	struct pieces t = {.most = p->columns};
	int most = p->columns - 1, n;

	if (a->endpoint_count)
		address_format(&a->endpoints[0], address);
	n = (int)strlen(address);
	/* As in the table, its end matters most. */
	if (n > most)
		append(&t, " ~%s", address + n - most + 1);
	else
		append(&t, " %s", address);
	append(&t, "  %s by %s", a->service, a->backend);
	append(&t, ", pid %d", a->pid);
	append(&t, ", %u worker%s", a->worker_count,
		a->worker_count == 1 ? "" : "s");
	append(&t, ", %s",
		w->ended_ns ? "ended"
			    : cell_age(age, watched_age_s(w, s->wall_ns)));
	append(&t, ", version %s", a->version);
	for (uint32_t i = 1; i < a->endpoint_count && t.most; i++)
		append(&t, "%s %s", i == 1 ? ", also at" : "",
			address_format(&a->endpoints[i], address));
	screen_put(p->row, 0, p->columns, LOOK_TITLE, t.text);
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

/* A name, which ends with "~" if it is too long, and its figure. */
static void put_narrow(const struct space *p, unsigned look, const char *name,
	const char *figure)
{
	int room = p->columns - 8, n = (int)strlen(name);

	if (n > room)
		part_text(p->row, 0, p->columns, look, "%.*s~ %7s", room - 1,
			name, figure);
	else
		part_text(p->row, 0, p->columns, look, "%-*s %7s",
			room < 24 ? room : 24, name, figure);
}

static void put_cause(const struct space *p, const struct caused *c)
{
	unsigned look = c->cause == CAUSE_DROPPED ? LOOK_BAD : LOOK_WARN;
	struct pieces t = {.most = p->columns};
	char rate[CELL];

	look = c->rate > 0 ? look : LOOK_PLAIN;
	cell_number(rate, c->rate);
	if (p->columns < PART_NARROW) {
		put_narrow(p, look, c->counter->name, rate);
		return;
	}
	append(&t, "%-28s %9s %20s", c->counter->name, rate,
		text_grouped(c->total));
	append(&t, " %s", c->counter->unit);
	screen_put(p->row, 0, p->columns, look, t.text);
}

static void put_cause_titles(const struct space *p, unsigned more)
{
	char title[48] = "NOT ANSWERED, BY CAUSE";

	if (more)
		snprintf(title, sizeof(title), "NOT ANSWERED, %u MORE", more);
	if (p->columns < PART_NARROW)
		put_narrow(p, LOOK_TITLE, title, "PER s");
	else
		part_text(p->row, 0, p->columns, LOOK_TITLE, "%-28s %9s %20s",
			title, "PER s", "SINCE ITS START");
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
	put_cause_titles(p, all - count);
	take(p, 1);
	for (unsigned i = 0; i < count && p->rows > 0; i++) {
		put_cause(p, &causes[i]);
		take(p, 1);
	}
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
	part_workers(s, w, p.row, p.rows, p.columns);
}
