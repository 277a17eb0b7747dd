/* SPDX-License-Identifier: MIT */
/* The last row: keys, a question or a message. And the page of help. */
#include "cli/top/part.h"

#include "core/units.h"

#include <stdio.h>
#include <string.h>

static const struct key {
	const char *key, *brief, *help;
} keys[] = {
	{"q", "quit", "quit; F10 and Ctrl-C, too"},
	{"h", "help", "this help; ? and F1, too"},
	{"Up/Down", NULL, "select a server; also j, k, g, G, PgUp and PgDn"},
	{"Enter", "view", "show servers, panel or both; w, too"},
	{"s S", "sort", "sort by next, previous column; > <, too"},
	{"r", "reverse", "reverse the order"},
	{"p", "pause", "pause, and go on"},
	{"d", "interval", "set the interval; + and - step it"},
	{"J K", NULL, "scroll the panel's workers"},
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

/* What is typed is seen, however narrow it is. */
static void put_question(const struct view *v, int row, int columns)
{
	char interval[UNITS_TEXT], text[128];
	int n = snprintf(text, sizeof(text),
		"Interval (now %s; Enter sets it, Esc leaves it): %s_",
		units_spell_time(v->interval_ns, interval), v->typed);

	if (n > columns)
		snprintf(text, sizeof(text), "Interval: %s_", v->typed);
	screen_put(row, 0, columns, LOOK_BOLD, text);
}

void part_foot(const struct scene *s, int row, int columns)
{
	const struct view *v = s->view;

	if (v->asks)
		put_question(v, row, columns);
	else if (v->message[0])
		part_words(row, 0, columns, LOOK_BAD, v->message);
	else
		put_keys(row, columns);
}

static void put_column(int row, int at, int width, enum column c)
{
	part_text(row, at, 10, LOOK_BOLD, "  %s", column_about[c].title);
	part_words(row, at + 10, width - 10, LOOK_PLAIN,
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

	part_words(row++, 0, columns, LOOK_BOLD,
		"udpmill top: the servers on this host, from their counters");
	for (size_t i = 0; i < KEYS && row < rows - 1; i++, row++) {
		part_text(row, 0, 10, LOOK_KEY, "  %s", keys[i].key);
		part_words(row, 10, columns - 10, LOOK_PLAIN, keys[i].help);
	}
	put_columns(rows > 22 ? row + 1 : row, rows - 1, columns);
	part_words(rows - 1, 0, columns, LOOK_DIM,
		"Any key goes back. \"udpmill stat --describe\" explains the "
		"counters.");
}
