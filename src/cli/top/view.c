/* SPDX-License-Identifier: MIT */
#include "cli/top/view.h"

#include "cli/top/screen.h"
#include "core/units.h"

#include <stdio.h>
#include <string.h>

struct watched *view_selected(const struct view *v, const struct watchlist *l)
{
	return v->place < l->count ? l->servers[v->place] : NULL;
}

static void select_place(
	struct view *v, const struct watchlist *l, size_t place)
{
	uint64_t before = v->selected;

	v->place = place < l->count ? place : l->count ? l->count - 1 : 0;
	v->selected = l->count ? l->servers[v->place]->serial : 0;
	if (v->selected != before)
		v->first_worker = 0;
}

void view_arrange(struct view *v, struct watchlist *l, uint64_t wall_ns)
{
	v->order.wall_ns = wall_ns;
	column_sort(l->servers, l->count, &v->order);
	for (size_t i = 0; v->kept && i < l->count; i++)
		if (l->servers[i]->serial == v->selected) {
			v->place = i;
			return;
		}
	select_place(v, l, v->kept ? v->place : 0);
	v->kept |= l->count && l->servers[0]->total.of[FIGURE_RX] > 0;
}

static void set_interval(struct view *v)
{
	uint64_t ns;

	v->asks = false;
	if (!v->typed[0])
		return;
	if (units_parse_time(&ns, v->typed) || ns < VIEW_LEAST_NS ||
		ns > VIEW_MOST_NS)
		snprintf(v->message, sizeof(v->message),
			"\"%s\" is not a time from " VIEW_RANGE, v->typed);
	else
		v->interval_ns = ns;
}

static void answer(struct view *v, int key)
{
	size_t n = strlen(v->typed);

	if (key == SCREEN_ENTER)
		set_interval(v);
	else if (key == SCREEN_ESCAPE)
		v->asks = false;
	else if (key == SCREEN_BACKSPACE && n)
		v->typed[n - 1] = '\0';
	else if (key > ' ' && key <= '~' && n + 1 < sizeof(v->typed))
		v->typed[n] = (char)key;
}

/* 1, 2 or 5 times a power of ten, as people expect. */
static void step_interval(struct view *v, int way)
{
	static const uint64_t steps_ms[] = {100, 200, 500, 1000, 2000, 5000,
		10000, 30000, 60000, 300000, 900000, 3600000};
	int n = sizeof(steps_ms) / sizeof(steps_ms[0]);
	uint64_t ms = v->interval_ns / 1000000;
	int i = way > 0 ? 0 : n - 1;

	while (i >= 0 && i < n &&
		(way > 0 ? steps_ms[i] <= ms : steps_ms[i] >= ms))
		i += way;
	if (i >= 0 && i < n)
		v->interval_ns = steps_ms[i] * 1000000;
}

static void step_column(struct view *v, int way)
{
	v->order.by = (enum column)(
		((int)v->order.by + way + COLUMN_SORTABLE) % COLUMN_SORTABLE);
	v->order.reverse = false;
}

static void step_worker(struct view *v, const struct watchlist *l, int way)
{
	const struct watched *w = view_selected(v, l);

	if (way < 0 && v->first_worker)
		v->first_worker--;
	if (way > 0 && w && v->first_worker + 1 < watched_workers(w))
		v->first_worker++;
}

static void step_parts(struct view *v)
{
	v->parts = v->parts == VIEW_SERVERS ? VIEW_BOTH
					    : (enum view_parts)(v->parts + 1);
}

static void step_place(
	struct view *v, const struct watchlist *l, size_t page, bool down)
{
	size_t to = down              ? v->place + page
		    : v->place > page ? v->place - page
				      : 0;

	select_place(v, l, to);
}

/* Keys that move within the list. */
static bool move(
	struct view *v, const struct watchlist *l, int key, size_t page)
{
	switch (key) {
	case SCREEN_UP:
	case 'k':
		step_place(v, l, 1, false);
		return true;
	case SCREEN_DOWN:
	case 'j':
		step_place(v, l, 1, true);
		return true;
	case SCREEN_PAGE_UP:
		step_place(v, l, page, false);
		return true;
	case SCREEN_PAGE_DOWN:
	case ' ':
		step_place(v, l, page, true);
		return true;
	case SCREEN_HOME:
	case 'g':
		select_place(v, l, 0);
		return true;
	case SCREEN_END:
	case 'G':
		select_place(v, l, l->count);
		return true;
	case 'J':
		step_worker(v, l, 1);
		return true;
	case 'K':
		step_worker(v, l, -1);
		return true;
	}
	return false;
}

/* Keys that change how servers are shown. */
static void change(struct view *v, int key)
{
	switch (key) {
	case SCREEN_ENTER:
	case 'w':
		step_parts(v);
		break;
	case 's':
	case '>':
	case SCREEN_RIGHT:
		step_column(v, 1);
		break;
	case 'S':
	case '<':
	case SCREEN_LEFT:
		step_column(v, -1);
		break;
	case 'r':
		v->order.reverse = !v->order.reverse;
		break;
	case 'p':
		v->paused = !v->paused;
		break;
	case 'd':
		v->asks = true;
		memset(v->typed, 0, sizeof(v->typed));
		break;
	case '+':
	case '=':
		step_interval(v, 1);
		break;
	case '-':
		step_interval(v, -1);
		break;
	}
}

/* Keys that do the same everywhere, except where a text is typed. */
static bool leave(struct view *v, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
	case SCREEN_QUIT:
		v->done = true;
		return true;
	case 'h':
	case '?':
	case SCREEN_HELP:
		v->help = !v->help;
		return true;
	}
	return false;
}

enum view_wish view_key(
	struct view *v, const struct watchlist *l, int key, size_t page)
{
	v->message[0] = '\0';
	if (key == SCREEN_REDRAW)
		return VIEW_REDRAW;
	if (v->asks)
		answer(v, key);
	else if (leave(v, key))
		return VIEW_NOTHING;
	else if (v->help)
		v->help = false;
	else if (move(v, l, key, page ? page : 1))
		v->kept = true;
	else
		change(v, key);
	return VIEW_NOTHING;
}
