/* SPDX-License-Identifier: MIT */
/* What `udpmill load` prints for programs: schema udpmill.load/1. */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stdio.h>

/* Takes over intervals. 0 or -errno. */
int load_print_json(FILE *out, const struct load_options *o,
	const struct load_result *r, json_t *intervals);

/* An interval for load_print_json(). Returns a new reference, as do all of
 * these. */
json_t *load_interval_json(const struct load_interval *i);

/* Parts of the document, for other modes. */
json_t *load_config_json(
	const struct load_options *o, const struct load_result *r);
json_t *load_environment_json(const struct load_options *o);
json_t *latency_json(const struct histogram *h);
