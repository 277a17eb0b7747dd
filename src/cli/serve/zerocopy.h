/* SPDX-License-Identifier: MIT */
/* --zerocopy-from: replies that are sent without copying them. */
#pragma once

#include "cli/serve/said.h"

#include <jansson.h>
#include <stdio.h>

/* A number of bytes. */
void serve_zerocopy_parse(struct server_config *s, const char *text);

/* Call when the backend is chosen: exits if it cannot do it. */
void serve_zerocopy_plan(const struct server_config *s);

/* A line that says how many the kernel copied after all, and one if not every
 * worker's buffers are registered. Prints nothing without the option. */
void serve_zerocopy_print(
	FILE *out, const struct serve_options *o, const struct server *server);

/* An object. A new reference, or NULL. */
json_t *serve_zerocopy_json(const struct server *server);
