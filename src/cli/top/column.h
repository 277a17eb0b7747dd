/* SPDX-License-Identifier: MIT */
/* The columns of the two tables, of servers and of a server's workers: what
 * they are called, what fits a screen, and what they sort by. */
#pragma once

#include "cli/top/watched.h"

enum column {
	COLUMN_PID,
	COLUMN_ADDRESS,
	COLUMN_SERVICE,
	COLUMN_WORKERS,
	COLUMN_RX,
	COLUMN_TX,
	COLUMN_RX_BITS,
	COLUMN_TX_BITS,
	COLUMN_TRAIN,
	COLUMN_FILL,
	COLUMN_DROPPED,
	COLUMN_REFUSED,
	COLUMN_CPU,
	COLUMN_QUEUE,
	COLUMN_AGE,
	COLUMN_SORTABLE,
	COLUMN_GRAPH = COLUMN_SORTABLE, /* takes what room is left */
	COLUMNS_ALL
};

struct column_about {
	const char *name, *title; /* name: of --sort */
	int width;
	int rank;   /* the highest is left out first, where there is no room */
	int figure; /* enum figure, or -1 */
	bool left;  /* text, and not a number */
	bool up;    /* sorts from low to high, unless it is reversed */
	const char *explained; /* in up to 30 characters */
};

extern const struct column_about column_about[COLUMNS_ALL];

/* The names of those to sort by, ended by NULL. */
extern const char *const column_names[COLUMN_SORTABLE + 1];

/* How wide each column is; 0: not shown. Columns are one blank apart. */
struct column_widths {
	int of[COLUMNS_ALL];
};

/* Of the table of servers: room for addresses of that length, if possible. */
void column_fit(struct column_widths *w, int room, int address);

/* Of the table of workers, which begins with COLUMN_WORKERS. */
void column_fit_workers(struct column_widths *w, int room);

/* Sorts servers; in doubt, the one that started first comes first. wall_ns is
 * the time now. */
struct column_order {
	enum column by;
	bool reverse;
	uint64_t wall_ns;
};
void column_sort(struct watched **servers, size_t count,
	const struct column_order *order);
