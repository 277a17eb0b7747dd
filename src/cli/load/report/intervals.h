/* SPDX-License-Identifier: MIT */
/* Intervals of a run, and steps of its ramp, for programs: in the JSON report,
 * and as CSV. */
#pragma once

#include "cli/load/report/files.h"
#include "load/load.h"

#include <jansson.h>

/* For lists in load_print_json(): new references. */
json_t *load_interval_json(const struct load_interval *i);
json_t *load_step_json(const struct load_step *s);

/* A list of these: takes away latencies that turned out to be wrong, because a
 * reply without a number was missing. */
void load_intervals_untell_latency(json_t *list);

/* Write a line, and before the first one a header with names and units. */
void load_csv_write(struct load_file *f, const struct load_interval *i);
void load_csv_write_step(struct load_file *f, const struct load_step *s);
