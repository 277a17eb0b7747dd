/* SPDX-License-Identifier: MIT */
/* A server whose counters are read again and again. */
#pragma once

#include "cli/top/figures.h"
#include "cli/top/history.h"

struct watched {
	struct reader *reader;
	uint64_t serial;   /* tells it from all others of this run */
	bool named;        /* by its file, and so not found in the registry */
	unsigned missed;   /* how often in a row the registry did not have it */
	uint64_t ended_ns; /* when it was seen to have ended; 0: it runs */
	struct sources sources;
	uint64_t *now, *before; /* snapshots; before only if seconds > 0 */
	uint64_t at_ns;         /* of now */
	double seconds;
	struct figures total;
	struct history rx, tx, dropped, refused;
};

/* Takes over the reader, also on failure. now_ns: CLOCK_MONOTONIC, here and
 * below. 0 or -errno. */
int watched_open(struct watched **out, struct reader *r, uint64_t now_ns);
void watched_close(struct watched *w); /* NULL is legal */

/* Reads the counters again, unless the server has ended. */
void watched_sample(struct watched *w, uint64_t now_ns);

/* From now on it is shown as gone, with rates of 0. */
void watched_end(struct watched *w, uint64_t now_ns);

/* Both snapshots, for these workers. */
struct span watched_span(
	const struct watched *w, uint32_t first, uint32_t workers);

uint32_t watched_workers(const struct watched *w);

/* Do both describe one server? */
bool watched_is(const struct watched *w, const struct reader *r);

/* How long ago it started, by the clock of the host; 0 if that is not clear. */
double watched_age_s(const struct watched *w, uint64_t wall_ns);
