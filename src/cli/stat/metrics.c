/* SPDX-License-Identifier: MIT */
/* The counters of a server for a scraper. */
#include "cli/process/streams.h"
#include "cli/stat/report.h"
#include "metrics/kernel.h"
#include "metrics/server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The kernel counts by network namespace: ours is of interest if it is the
 * server's. */
static bool is_near(const struct reader_about *a)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) == 0 && st.st_ino == a->netns;
}

int stat_print_openmetrics(FILE *out, const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);
	const struct counter_description **counters =
		calloc(a->counter_count + 1, sizeof(*counters));
	struct metrics_text text = {.out = out, .format = METRICS_OPENMETRICS};
	const struct metrics_server server = {
		.version = a->version,
		.service = a->service,
		.backend = a->backend,
		.pid = a->pid,
		.started_ns = a->started_ns,
		.endpoints = a->endpoints,
		.endpoint_count = a->endpoint_count,
		.worker_count = a->worker_count,
		.counters = counters,
		.counter_count = a->counter_count,
		.values = v->now,
	};

	if (!counters)
		return -ENOMEM;
	for (uint32_t i = 0; i < a->counter_count; i++)
		counters[i] = reader_counter(v->reader, i);
	metrics_server_write(&text, &server);
	if (is_near(a))
		metrics_kernel_write(&text);
	metrics_end(&text);
	free(counters);
	return streams_flush(out);
}
