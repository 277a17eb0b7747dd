/* SPDX-License-Identifier: MIT */
#include "cli/top/figures.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

static const char *const names[SOURCES] = {
	[SOURCE_RX] = "rx_datagrams",
	[SOURCE_RX_BYTES] = "rx_bytes",
	[SOURCE_TRAINS] = "rx_trains",
	[SOURCE_BATCHES] = "rx_batches",
	[SOURCE_TX] = "answered_datagrams",
	[SOURCE_TX_BYTES] = "answered_bytes",
	[SOURCE_QUEUE] = "socket_queue_bytes",
	[SOURCE_RCVBUF] = "socket_rcvbuf_bytes",
	[SOURCE_CPU_USER] = "cpu_user_ns",
	[SOURCE_CPU_SYSTEM] = "cpu_system_ns",
};

/* The server's option --batch; 0 if its text does not say. */
static double batch_of(const char *config)
{
	json_t *options = json_loads(config, 0, NULL);
	double batch = json_number_value(json_object_get(options, "batch"));

	json_decref(options);
	return batch > 0 ? batch : 0;
}

int sources_init(struct sources *s, const struct reader *r)
{
	uint32_t n = reader_about(r)->counter_count;

	*s = (struct sources){.counters = n};
	s->causes = calloc(n + 1, sizeof(*s->causes));
	if (!s->causes)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		s->causes[i] = cause_of(reader_counter(r, i)->name);
	for (int i = 0; i < SOURCES; i++)
		s->at[i] = reader_index(r, names[i]);
	s->batch = batch_of(reader_about(r)->config);
	return 0;
}

void sources_fini(struct sources *s)
{
	free(s->causes);
	*s = (struct sources){0};
}

double span_growth(const struct span *span, uint32_t counters, uint32_t counter)
{
	size_t end = (size_t)(span->first + span->workers) * counters;
	double sum = 0;

	if (!span->before)
		return NAN;
	for (size_t at = (size_t)span->first * counters + counter; at < end;
		at += counters)
		if (span->now[at] > span->before[at])
			sum += (double)(span->now[at] - span->before[at]);
	return sum;
}

static double growth(
	const struct sources *s, const struct span *span, enum source source)
{
	if (s->at[source] < 0)
		return NAN;
	return span_growth(span, s->counters, (uint32_t)s->at[source]);
}

static double caused(
	const struct sources *s, const struct span *span, enum cause cause)
{
	double sum = span->before ? 0 : NAN;

	for (uint32_t i = 0; i < s->counters; i++)
		if (s->causes[i] == cause)
			sum += span_growth(span, s->counters, i);
	return sum;
}

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

/* A gauge: only now matters, and the worker whose queue is fullest. */
static double queue(const struct sources *s, const struct span *span)
{
	double most = NAN;

	if (s->at[SOURCE_QUEUE] < 0 || s->at[SOURCE_RCVBUF] < 0)
		return NAN;
	for (uint32_t w = span->first; w < span->first + span->workers; w++) {
		const uint64_t *row = span->now + (size_t)w * s->counters;

		most = fmax(most, share((double)row[s->at[SOURCE_QUEUE]],
					  (double)row[s->at[SOURCE_RCVBUF]]));
	}
	return 100 * most;
}

void figures_take(
	struct figures *f, const struct sources *s, const struct span *span)
{
	double trains = growth(s, span, SOURCE_TRAINS);
	double rx = growth(s, span, SOURCE_RX), t = span->seconds;

	f->of[FIGURE_RX] = share(rx, t);
	f->of[FIGURE_TX] = share(growth(s, span, SOURCE_TX), t);
	f->of[FIGURE_RX_BITS] = share(8 * growth(s, span, SOURCE_RX_BYTES), t);
	f->of[FIGURE_TX_BITS] = share(8 * growth(s, span, SOURCE_TX_BYTES), t);
	f->of[FIGURE_TRAIN] = share(rx, trains);
	f->of[FIGURE_FILL] =
		share(100 * trains, growth(s, span, SOURCE_BATCHES) * s->batch);
	f->of[FIGURE_DROPPED] = share(caused(s, span, CAUSE_DROPPED), t);
	f->of[FIGURE_REFUSED] = share(caused(s, span, CAUSE_REFUSED), t);
	f->of[FIGURE_CPU] = share(growth(s, span, SOURCE_CPU_USER) +
					  growth(s, span, SOURCE_CPU_SYSTEM),
		t * 1e7);
	f->of[FIGURE_QUEUE] = queue(s, span);
}
