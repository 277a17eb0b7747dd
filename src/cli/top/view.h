/* SPDX-License-Identifier: MIT */
/* What the user sees of the servers, and how keys change it. */
#pragma once

#include "cli/top/column.h"
#include "cli/top/watchlist.h"

#define VIEW_LEAST_NS 100000000u
#define VIEW_MOST_NS  3600000000000u
#define VIEW_RANGE    "100ms to 1h; try 500ms"

enum view_parts {
	VIEW_BOTH,   /* the servers, and below them the selected one's panel */
	VIEW_PANEL,  /* only the selected one */
	VIEW_SERVERS /* only the servers */
};

struct view {
	uint64_t selected; /* serial; 0: none */
	bool kept;         /* it stays selected, wherever it is in the list */
	size_t place;      /* where it is in the list */
	struct column_order order;
	enum view_parts parts;
	uint64_t interval_ns;
	uint32_t first_worker; /* in the panel */
	bool paused, help, done;
	bool asks;        /* for an interval */
	char typed[16];   /* so far */
	char message[80]; /* until the next key; "": none */
};

/* What a key may lead to, besides another view. */
enum view_wish { VIEW_NOTHING, VIEW_REDRAW };

/* page: how many servers the screen shows. */
enum view_wish view_key(
	struct view *v, const struct watchlist *l, int key, size_t page);

/*
 * Sorts the servers. At first the first one is selected, until it has traffic
 * or the user selects one. From then on the selection stays with its server; if
 * that is gone, it goes to the one in its place.
 */
void view_arrange(struct view *v, struct watchlist *l, uint64_t wall_ns);

/* The selected server; NULL if there is none. */
struct watched *view_selected(const struct view *v, const struct watchlist *l);
