/* SPDX-License-Identifier: MIT */
/* What `udpmill load` prints for programs: schema udpmill.load/1. */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stdio.h>

/* Takes over both lists. steps is NULL if there is no ramp. 0 or -errno. */
int load_print_json(FILE *out, const struct load_options *o,
	const struct load_result *r, json_t *intervals, json_t *steps);

/* Parts of the document, for other modes: new references. */
json_t *load_config_json(
	const struct load_options *o, const struct load_result *r);

/* Adds to a document's config what was obtained, if anything was asked for. */
void load_busy_poll_json(json_t *config, const struct busy_poll *asked,
	const struct busy_poll *got);
json_t *load_environment_json(const struct load_options *o);
