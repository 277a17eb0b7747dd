/* SPDX-License-Identifier: MIT */
#include "cli/top/draw.h"

#include "cli/top/part.h"

/* Less is no use to anybody. */
#define ROWS_LEAST    4
#define COLUMNS_LEAST 20

#define TABLE_LEAST 4
#define PANEL_LEAST 7
#define PANEL_GOOD  10

struct layout {
	int rows, columns;
	int head;    /* rows of it */
	int servers; /* rows of the table, its titles included; below the head
		      */
	int panel;   /* rows of it, below the table; 0: none */
};

/* The table takes what it needs, if enough is left for the panel. */
static int table_rows(const struct scene *s, int rows)
{
	int most = rows - PANEL_GOOD, need = 1 + (int)s->list->count;

	if (s->view->parts == VIEW_PANEL)
		return 2;
	most = most < TABLE_LEAST ? TABLE_LEAST : most;
	return need < most ? need : most;
}

static struct layout lay_out(const struct scene *s)
{
	struct layout l = {0};
	int rest;

	screen_size(&l.rows, &l.columns);
	l.head = l.rows >= 12 ? 3 : 2;
	rest = l.rows - l.head - 1;
	l.servers = rest;
	if (s->view->parts == VIEW_SERVERS || s->list->count == 0)
		return l;
	l.servers = table_rows(s, rest);
	l.panel = rest - l.servers;
	if (s->view->parts == VIEW_BOTH && l.panel < PANEL_LEAST) {
		l.servers = rest;
		l.panel = 0;
	}
	return l;
}

size_t draw_page(const struct scene *s)
{
	struct layout l = lay_out(s);

	return l.servers > 2 ? (size_t)l.servers - 1 : 1;
}

static void draw_parts(const struct scene *s, const struct layout *l)
{
	part_head(s, l->head, l->columns);
	if (s->list->count == 0)
		part_none(s, l->head, l->servers, l->columns);
	else
		part_servers(s, l->head, l->servers, l->columns);
	if (l->panel > 0)
		part_panel(s, l->head + l->servers, l->panel, l->columns);
	part_foot(s, l->rows - 1, l->columns);
}

void draw(const struct scene *s)
{
	struct layout l = lay_out(s);

	screen_erase();
	if (l.rows < ROWS_LEAST || l.columns < COLUMNS_LEAST)
		screen_put(0, 0, l.columns, LOOK_PLAIN, "too small");
	else if (s->view->help)
		part_help(l.rows, l.columns);
	else
		draw_parts(s, &l);
	screen_show();
}
