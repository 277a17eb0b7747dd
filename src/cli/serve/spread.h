/* SPDX-License-Identifier: MIT */
/* How a server's datagrams were spread over its workers, address by address. */
#pragma once

#include "cli/serve/said.h"

#include <jansson.h>
#include <stdio.h>

/* Lines for people. */
void serve_spread_print(
	FILE *out, const struct serve_options *o, const struct server *server);

/* An array with an object for each address. A new reference, or NULL. */
json_t *serve_spread_json(
	const struct serve_options *o, const struct server *server);

/* Warns of workers that received next to nothing, with a line for each
 * address. */
void serve_spread_warn(
	const struct serve_options *o, const struct server *server);
