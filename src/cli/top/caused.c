/* SPDX-License-Identifier: MIT */
#include "cli/top/caused.h"

#include <math.h>
#include <string.h>

static bool is_before(const struct caused *a, const struct caused *b)
{
	double x = isnan(a->rate) ? 0 : a->rate;
	double y = isnan(b->rate) ? 0 : b->rate;

	return x > y || (!(x < y) && a->total > b->total);
}

/* Keeps the first of them, in order. */
static unsigned insert(struct caused *out, unsigned room, unsigned count,
	const struct caused *one)
{
	unsigned at = count;

	while (at > 0 && is_before(one, &out[at - 1]))
		at--;
	if (at >= room)
		return count;
	if (count < room)
		count++;
	memmove(&out[at + 1], &out[at], (count - 1 - at) * sizeof(*out));
	out[at] = *one;
	return count;
}

unsigned caused_take(struct caused *out, unsigned room, unsigned *all,
	const struct watched *w)
{
	struct span span = watched_span(w, 0, watched_workers(w));
	unsigned count = 0;

	*all = 0;
	for (uint32_t i = 0; i < w->sources.counters; i++) {
		struct caused one = {
			.counter = reader_counter(w->reader, i),
			.cause = w->sources.causes[i],
			.total = reader_sum(w->reader, w->now, i),
		};

		if (one.cause == CAUSE_NONE || !one.total)
			continue;
		one.rate = span_growth(&span, w->sources.counters, i) /
			   span.seconds;
		count = insert(out, room, count, &one);
		++*all;
	}
	return count;
}
