/* SPDX-License-Identifier: MIT */
/* serve --cpus auto: which CPUs the workers get, and what serves the devices at
 * which they listen. */
#pragma once

#include "cli/serve/said.h"

#include <jansson.h>
#include <stdio.h>

/* Chooses o->cpus, in the workers' order. Call when o->listen is known. Prints
 * and exits if that is not possible. */
void serve_placement_choose(struct serve_options *o);

/* Lines for people, once the number of workers is known. Nothing without a
 * placement. */
void serve_placement_print(FILE *out, const struct serve_options *o);

/* A new reference, or NULL. Only with a placement. */
json_t *serve_placement_json(const struct serve_options *o);
