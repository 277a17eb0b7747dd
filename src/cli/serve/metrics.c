/* SPDX-License-Identifier: MIT */
#include "cli/serve/metrics.h"

#include "cli/args/metrics.h"
#include "cli/print/say.h"
#include "core/clock.h"
#include "metrics/kernel.h"
#include "metrics/server.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int report(int error, const char *why)
{
	if (error)
		say("--metrics: %s", why);
	return error;
}

int serve_metrics_bind(struct serve_metrics *m, struct serve_options *o)
{
	char why[512];
	int error;

	*m = (struct serve_metrics){
		.listener = {.fd = -1},
		.options = o,
		.started_ns = clock_wall_ns(),
	};
	if (!metrics_place_said(&o->metrics))
		return 0;
	error = metrics_listener_open(
		&m->listener, &o->metrics, why, sizeof(why));
	if (!error)
		o->metrics_url = m->listener.url;
	return report(error, why);
}

/* What a scrape takes from the counters. */
struct copy {
	const struct counter_description *descriptions[COUNTER_COUNT];
	union address *endpoints;
	uint64_t *values;
};

static void fill(
	struct copy *c, const struct server *server, uint32_t endpoints)
{
	const struct socket_obtained *got = server_endpoints(server);

	for (uint32_t i = 0; i < endpoints; i++)
		c->endpoints[i] = got[i].bound;
	for (uint32_t i = 0; i < COUNTER_COUNT; i++)
		c->descriptions[i] = &counter_table[i];
	for (uint32_t w = 0; w < server_worker_count(server); w++) {
		const struct counters *from = server_counters(server, w);

		for (uint32_t i = 0; i < COUNTER_COUNT; i++)
			c->values[w * COUNTER_COUNT + i] =
				counter_get(from, (enum counter_id)i);
	}
}

static int write_metrics(void *arg, struct metrics_text *text)
{
	const struct serve_metrics *m = arg;
	const struct server_config *config = &m->options->server;
	uint32_t workers = server_worker_count(m->server);
	struct copy copy = {
		.endpoints =
			calloc(config->listen_count, sizeof(*copy.endpoints)),
		.values = calloc(
			(size_t)workers * COUNTER_COUNT, sizeof(*copy.values)),
	};
	const struct metrics_server server = {
		.version = UDPMILL_VERSION,
		.service = config->service->name,
		.backend = config->backend->name,
		.pid = getpid(),
		.started_ns = m->started_ns,
		.endpoints = copy.endpoints,
		.endpoint_count = config->listen_count,
		.worker_count = workers,
		.counters = copy.descriptions,
		.counter_count = COUNTER_COUNT,
		.values = copy.values,
	};
	int error = copy.endpoints && copy.values ? 0 : -ENOMEM;

	if (!error) {
		fill(&copy, m->server, config->listen_count);
		metrics_server_write(text, &server);
		metrics_kernel_write(text);
	}
	free(copy.endpoints);
	free(copy.values);
	return error;
}

int serve_metrics_start(struct serve_metrics *m, const struct server *server,
	int (*settle)(void))
{
	const struct metrics_endpoint_config config = {
		.fd = m->listener.fd,
		.write = write_metrics,
		.settle = settle,
		.arg = m,
	};
	char why[512];

	m->server = server;
	if (m->listener.fd < 0)
		return 0;
	return report(
		metrics_endpoint_open(&m->endpoint, &config, why, sizeof(why)),
		why);
}

void serve_metrics_close(struct serve_metrics *m)
{
	if (!m->options)
		return;
	metrics_endpoint_close(m->endpoint);
	metrics_listener_close(&m->listener);
	*m = (struct serve_metrics){0};
}
