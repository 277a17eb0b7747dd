/* SPDX-License-Identifier: MIT */
/* What `udpmill serve` prints: that it listens, and at the end its counters. */
#pragma once

#include "cli/serve/said.h"

#include <jansson.h>
#include <stdio.h>

/* Every option in effect, and what the kernel granted. Returns a new reference,
 * or NULL if there is no memory. */
json_t *serve_options_json(
	const struct serve_options *o, const struct server *server);

/* "Listening at ADDR" for each address, then every option in effect. */
void serve_print_start(
	FILE *out, const struct serve_options *o, const struct server *server);

/* The counters that are not zero, summed over the workers, and how even the
 * workers' shares were. */
void serve_print_end(
	FILE *out, const struct serve_options *o, const struct server *server);

/* The same as one JSON object (schema udpmill.serve/1). 0 or -errno. */
int serve_print_json(FILE *out, const struct serve_options *o,
	const struct server *server, double seconds);

/* worker_observe_fn: "The client at ADDR says "..."", a line a datagram. */
void serve_observe(void *arg, const struct batch *batch);
