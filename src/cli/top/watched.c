/* SPDX-License-Identifier: MIT */
#include "cli/top/watched.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Rates over less time than this would say little. */
#define LEAST_NS 50000000u

static size_t values_of(const struct reader *r)
{
	const struct reader_about *a = reader_about(r);

	return (size_t)a->worker_count * a->counter_count + 1;
}

static int fill(struct watched *w, uint64_t now_ns)
{
	size_t n = values_of(w->reader);
	struct span span;
	int error = sources_init(&w->sources, w->reader);

	if (error)
		return error;
	w->now = calloc(n, sizeof(*w->now));
	w->before = calloc(n, sizeof(*w->before));
	if (!w->now || !w->before)
		return -ENOMEM;
	error = reader_snapshot(w->reader, w->now);
	w->at_ns = now_ns;
	span = watched_span(w, 0, watched_workers(w));
	figures_take(&w->total, &w->sources, &span);
	return error;
}

int watched_open(struct watched **out, struct reader *r, uint64_t now_ns)
{
	struct watched *w = calloc(1, sizeof(*w));
	int error;

	if (!w) {
		reader_close(r);
		return -ENOMEM;
	}
	w->reader = r;
	error = fill(w, now_ns);
	if (error)
		watched_close(w);
	else
		*out = w;
	return error;
}

void watched_close(struct watched *w)
{
	if (!w)
		return;
	reader_close(w->reader);
	sources_fini(&w->sources);
	free(w->now);
	free(w->before);
	free(w);
}

uint32_t watched_workers(const struct watched *w)
{
	return reader_about(w->reader)->worker_count;
}

struct span watched_span(
	const struct watched *w, uint32_t first, uint32_t workers)
{
	return (struct span){
		.now = w->now,
		.before = w->seconds > 0 ? w->before : NULL,
		.seconds = w->seconds,
		.first = first,
		.workers = workers,
	};
}

static void remember(struct watched *w)
{
	history_add(&w->rx, w->total.of[FIGURE_RX]);
	history_add(&w->tx, w->total.of[FIGURE_TX]);
	history_add(&w->dropped, w->total.of[FIGURE_DROPPED]);
	history_add(&w->refused, w->total.of[FIGURE_REFUSED]);
}

void watched_sample(struct watched *w, uint64_t now_ns)
{
	uint64_t *next = w->before;
	struct span span;
	int error;

	if (w->ended_ns || now_ns < w->at_ns + LEAST_NS)
		return;
	error = reader_snapshot(w->reader, next);
	if (error) {
		watched_end(w, now_ns);
		return;
	}
	w->before = w->now;
	w->now = next;
	w->seconds = (double)(now_ns - w->at_ns) / 1e9;
	w->at_ns = now_ns;
	span = watched_span(w, 0, watched_workers(w));
	figures_take(&w->total, &w->sources, &span);
	remember(w);
}

void watched_end(struct watched *w, uint64_t now_ns)
{
	if (w->ended_ns)
		return;
	w->ended_ns = now_ns ? now_ns : 1;
	w->seconds = 0;
	for (int i = 0; i < FIGURES; i++)
		w->total.of[i] = NAN;
}

bool watched_is(const struct watched *w, const struct reader *r)
{
	const struct reader_about *a = reader_about(w->reader);
	const struct reader_about *b = reader_about(r);

	return a->pid == b->pid && a->started_ns == b->started_ns &&
	       a->netns == b->netns && a->owner == b->owner;
}

double watched_age_s(const struct watched *w, uint64_t wall_ns)
{
	uint64_t started_ns = reader_about(w->reader)->started_ns;

	return wall_ns > started_ns ? (double)(wall_ns - started_ns) / 1e9 : 0;
}
