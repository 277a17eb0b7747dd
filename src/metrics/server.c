/* SPDX-License-Identifier: MIT */
#include "metrics/server.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST    64
#define BUCKETS_MOST 64
#define SEE          "; udpmill stat --describe explains each"

/* Counters that are one family: those whose names have this prefix and suffix.
 * What is between these is the value of the label, or the bound of a bucket. */
static const struct group {
	const char *prefix, *suffix, *label, *sum;
	struct metrics_family family;
} groups[] = {
	{"refused_", "", "rule", NULL,
		{"udpmill_refused_datagrams", METRICS_COUNTER, "datagrams",
			"datagrams that were not answered, by the rule that "
			"forbids it" SEE}},
	{"query_refused_", "", "rule", NULL,
		{"udpmill_query_refused_datagrams", METRICS_COUNTER,
			"datagrams",
			"keyed queries that were not answered, by the rule "
			"that forbids it" SEE}},
	{"send_failed_", "", "cause", NULL,
		{"udpmill_send_failed_datagrams", METRICS_COUNTER, "datagrams",
			"replies that could not be sent, by cause" SEE}},
	{"rx_ecn_", "", "codepoint", NULL,
		{"udpmill_rx_ecn_datagrams", METRICS_COUNTER, "datagrams",
			"datagrams received, by their ECN; with --marks "
			"on" SEE}},
	{"rx_dscp_bit_", "", "bit", NULL,
		{"udpmill_rx_dscp_datagrams", METRICS_COUNTER, "datagrams",
			"datagrams received with this bit of the DSCP; with "
			"--marks on" SEE}},
	{"uring_rearms_", "", "cause", NULL,
		{"udpmill_uring_rearms", METRICS_COUNTER, "rearms",
			"multishot receives that ended and were renewed, by "
			"cause" SEE}},
	{"cpu_", "_ns", "mode", NULL,
		{"udpmill_cpu_seconds", METRICS_COUNTER, "seconds",
			"CPU time of the worker"}},
	{"rx_trains_of_", "", NULL, "rx_datagrams",
		{"udpmill_rx_train_datagrams", METRICS_HISTOGRAM, "datagrams",
			"how many datagrams the received trains had"}},
	{"rx_batches_of_", "", NULL, "rx_trains",
		{"udpmill_rx_batch_trains", METRICS_HISTOGRAM, "trains",
			"how many trains a receive brought"}},
};

/* The group's part of the name, which is n bytes long; NULL: not of the
 * group. */
static const char *part_of(const struct group *g, const char *name, size_t *n)
{
	size_t prefix = strlen(g->prefix), suffix = strlen(g->suffix);
	size_t all = strlen(name);

	if (all <= prefix + suffix || strncmp(name, g->prefix, prefix) != 0 ||
		strcmp(name + all - suffix, g->suffix) != 0)
		return NULL;
	*n = all - prefix - suffix;
	if (!g->label && strspn(name + prefix, "0123456789") != *n)
		return NULL;
	return name + prefix;
}

static const struct group *group_of(const char *name)
{
	size_t n;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (part_of(&groups[i], name, &n))
			return &groups[i];
	return NULL;
}

static struct metrics_labels worker_labels(
	const struct metrics_server *s, uint32_t worker)
{
	uint32_t each =
		s->endpoint_count ? s->worker_count / s->endpoint_count : 0;
	struct metrics_labels l = {0};
	char text[ADDRESS_TEXT];

	metrics_label_number(&l, "worker", worker);
	if (each && worker / each < s->endpoint_count)
		metrics_label(&l, "endpoint",
			address_format(&s->endpoints[worker / each], text));
	return l;
}

static uint64_t value_of(
	const struct metrics_server *s, uint32_t worker, uint32_t counter)
{
	return s->values[(size_t)worker * s->counter_count + counter];
}

static void write_sample(struct metrics_text *t, const struct metrics_server *s,
	uint32_t worker, uint32_t counter, const struct metrics_labels *l)
{
	uint64_t value = value_of(s, worker, counter);

	if (strcmp(s->counters[counter]->unit, "nanoseconds") == 0)
		metrics_seconds(t, l, value);
	else
		metrics_value(t, l, value);
}

/* Does the name end with its unit, as OpenMetrics requires it? */
static bool ends_with_unit(const char *name, const char *unit)
{
	size_t n = strlen(name), u = strlen(unit);

	return n > u && name[n - u - 1] == '_' &&
	       strcmp(name + n - u, unit) == 0;
}

static void write_single(struct metrics_text *t, const struct metrics_server *s,
	uint32_t counter)
{
	const struct counter_description *d = s->counters[counter];
	char name[NAME_MOST];
	const struct metrics_family family = {
		.name = name,
		.type = d->kind == COUNTER_KIND_COUNTER ? METRICS_COUNTER
							: METRICS_GAUGE,
		.unit = ends_with_unit(d->name, d->unit) ? d->unit : NULL,
		.help = d->help,
	};

	snprintf(name, sizeof(name), "udpmill_%s", d->name);
	metrics_begin(t, &family);
	for (uint32_t w = 0; w < s->worker_count; w++) {
		struct metrics_labels l = worker_labels(s, w);

		write_sample(t, s, w, counter, &l);
	}
}

static void write_labelled(struct metrics_text *t,
	const struct metrics_server *s, const struct group *g, uint32_t first)
{
	char value[NAME_MOST];
	size_t n;

	metrics_begin(t, &g->family);
	for (uint32_t w = 0; w < s->worker_count; w++)
		for (uint32_t i = first; i < s->counter_count; i++) {
			const char *part = part_of(g, s->counters[i]->name, &n);
			struct metrics_labels l = worker_labels(s, w);

			if (!part)
				continue;
			snprintf(value, sizeof(value), "%.*s", (int)n, part);
			metrics_label(&l, g->label, value);
			write_sample(t, s, w, i, &l);
		}
}

static int by_bound(const void *a, const void *b)
{
	const struct metrics_bucket *x = a, *y = b;

	return (x->upto > y->upto) - (x->upto < y->upto);
}

static size_t fill_buckets(struct metrics_bucket *buckets,
	const struct metrics_server *s, const struct group *g, uint32_t worker)
{
	size_t n, count = 0;

	for (uint32_t i = 0; i < s->counter_count && count < BUCKETS_MOST;
		i++) {
		const char *part = part_of(g, s->counters[i]->name, &n);

		if (part)
			buckets[count++] = (struct metrics_bucket){
				strtod(part, NULL), value_of(s, worker, i)};
	}
	qsort(buckets, count, sizeof(*buckets), by_bound);
	return count;
}

static double sum_of(
	const struct metrics_server *s, const struct group *g, uint32_t worker)
{
	for (uint32_t i = 0; i < s->counter_count; i++)
		if (strcmp(s->counters[i]->name, g->sum) == 0)
			return (double)value_of(s, worker, i);
	return 0;
}

static void write_histogram(struct metrics_text *t,
	const struct metrics_server *s, const struct group *g)
{
	metrics_begin(t, &g->family);
	for (uint32_t w = 0; w < s->worker_count; w++) {
		struct metrics_bucket buckets[BUCKETS_MOST];
		struct metrics_labels l = worker_labels(s, w);
		size_t n = fill_buckets(buckets, s, g, w);

		metrics_histogram(t, &l, buckets, n, sum_of(s, g, w));
	}
}

/* Has a counter before this one begun the group? */
static bool has_begun(
	const struct metrics_server *s, const struct group *g, uint32_t counter)
{
	while (counter-- > 0)
		if (group_of(s->counters[counter]->name) == g)
			return true;
	return false;
}

static void write_about(struct metrics_text *t, const struct metrics_server *s)
{
	static const struct metrics_family info = {"udpmill_server",
		METRICS_INFO, NULL, "what this server is; the value is 1"};
	static const struct metrics_family start = {
		"udpmill_server_start_time_seconds", METRICS_GAUGE, "seconds",
		"when the server started, in seconds since 1970"};
	static const struct metrics_family workers = {"udpmill_server_workers",
		METRICS_GAUGE, "workers", "how many workers it has"};
	struct metrics_labels l = {0};

	metrics_label(&l, "version", s->version);
	metrics_label(&l, "service", s->service);
	metrics_label(&l, "backend", s->backend);
	metrics_label_number(&l, "pid", (uint64_t)s->pid);
	metrics_begin(t, &info);
	metrics_value(t, &l, 1);
	metrics_begin(t, &start);
	metrics_seconds(t, NULL, s->started_ns);
	metrics_begin(t, &workers);
	metrics_value(t, NULL, s->worker_count);
}

void metrics_server_write(
	struct metrics_text *t, const struct metrics_server *s)
{
	write_about(t, s);
	for (uint32_t i = 0; i < s->counter_count; i++) {
		const struct group *g = group_of(s->counters[i]->name);

		if (!g)
			write_single(t, s, i);
		else if (has_begun(s, g, i))
			continue;
		else if (g->label)
			write_labelled(t, s, g, i);
		else
			write_histogram(t, s, g);
	}
}
