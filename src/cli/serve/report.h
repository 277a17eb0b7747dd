/* SPDX-License-Identifier: MIT */
/* What `udpmill serve` says: that it listens, and at its end what it counted.
 */
#pragma once

#include "cli/serve/said.h"

#include <jansson.h>
#include <stdio.h>

/* Every effective option, with what the kernel granted. A new reference, NULL
 * without memory. */
json_t *serve_options_json(
	const struct serve_options *o, const struct server *server);

/* "Listening at ADDR" a line each, and every effective option. */
void serve_print_start(
	FILE *out, const struct serve_options *o, const struct server *server);

/* The counters that are not zero, summed over the workers. */
void serve_print_end(FILE *out, const struct server *server);

/* The same as one JSON object (schema udpmill.serve/1). 0 or -errno. */
int serve_print_json(FILE *out, const struct serve_options *o,
	const struct server *server, double seconds);

/* worker_observe_fn: "The client at ADDR says "..."", a line a datagram. */
void serve_observe(void *arg, const struct batch *batch);
