/* SPDX-License-Identifier: MIT */
/* --metrics of `udpmill serve`: the counters, and the kernel's, for scrapers.
 */
#pragma once

#include "cli/serve/said.h"
#include "metrics/endpoint.h"

/* Zeroed: there is none. */
struct serve_metrics {
	struct metrics_listener listener;
	struct metrics_endpoint *endpoint;
	const struct serve_options *options;
	const struct server *server;
	uint64_t started_ns; /* CLOCK_REALTIME */
};

/* Binds, if the options ask for it, and sets o->metrics_url; before any thread
 * is started. 0; or -errno, which it has reported. */
int serve_metrics_bind(struct serve_metrics *m, struct serve_options *o);

/* Answers from now on, until serve_metrics_close(), which comes before the
 * server's. settle: as in struct server_config. 0; or -errno, which it has
 * reported. */
int serve_metrics_start(struct serve_metrics *m, const struct server *server,
	int (*settle)(void));

void serve_metrics_close(struct serve_metrics *m);
