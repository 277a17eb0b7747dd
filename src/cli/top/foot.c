/* SPDX-License-Identifier: MIT */
/* The last row: keys, a question or a message. And the page of help. */
#include "cli/top/part.h"

#include "core/units.h"

#include <string.h>

static const struct key {
	const char *key, *brief, *help;
} keys[] = {
	{"q", "quit", "quit; F10 and Ctrl-C, too"},
	{"h", "help", "this help; ? and F1, too"},
	{"Up/Down", NULL, "select a server; also j, k, g, G, PgUp and PgDn"},
	{"Enter", "view",
		"show servers and panel, only the panel, or only "
		"servers; w, too"},
	{"s S", "sort", "sort by the next or the previous column; > <, too"},
	{"r", "reverse", "reverse the order"},
	{"p", "pause", "pause, and go on"},
	{"d", "interval", "set the interval; + and - step it"},
	{"J K", NULL, "scroll the workers of the panel"},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static void put_keys(int row, int columns)
{
	int at = 0;

	for (size_t i = 0; i < KEYS; i++) {
		int n;

		if (!keys[i].brief)
			continue;
		n = (int)strlen(keys[i].key);
		if (at + n + 1 + (int)strlen(keys[i].brief) > columns)
			break;
		screen_put(row, at, n, LOOK_KEY, keys[i].key);
		at += n + 1;
		n = (int)strlen(keys[i].brief);
		screen_put(row, at, n, LOOK_PLAIN, keys[i].brief);
		at += n + 2;
	}
}

void part_foot(const struct scene *s, int row, int columns)
{
	const struct view *v = s->view;
	char interval[UNITS_TEXT];

	if (v->asks)
		part_text(row, 0, columns, LOOK_BOLD,
			"Interval (now %s; Enter sets it, Esc leaves it): %s_",
			units_spell_time(v->interval_ns, interval), v->typed);
	else if (v->message[0])
		screen_put(row, 0, columns, LOOK_BAD, v->message);
	else
		put_keys(row, columns);
}

static void put_column(int row, int at, int width, enum column c)
{
	part_text(row, at, 10, LOOK_BOLD, "  %s", column_about[c].title);
	screen_put(row, at + 10, width - 10, LOOK_PLAIN,
		column_about[c].explained);
}

/* The columns beside each other, where there is room for two. */
static void put_columns(int row, int end, int columns)
{
	int across = columns >= 80 ? 2 : 1;
	int rows = (COLUMN_SORTABLE + across - 1) / across;

	for (int i = 0; i < COLUMN_SORTABLE; i++)
		if (row + i % rows < end)
			put_column(row + i % rows, i / rows * 40,
				columns / across, (enum column)i);
}

void part_help(int rows, int columns)
{
	int row = 0;

	screen_put(row++, 0, columns, LOOK_BOLD,
		"udpmill top: the servers on this host, from their counters");
	for (size_t i = 0; i < KEYS && row < rows - 1; i++, row++) {
		part_text(row, 0, 10, LOOK_KEY, "  %s", keys[i].key);
		screen_put(row, 10, columns - 10, LOOK_PLAIN, keys[i].help);
	}
	put_columns(rows > 22 ? row + 1 : row, rows - 1, columns);
	screen_put(rows - 1, 0, columns, LOOK_DIM,
		"Any key goes back. \"udpmill stat --describe\" explains the "
		"counters.");
}
