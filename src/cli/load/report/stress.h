/* SPDX-License-Identifier: MIT */
/* What `udpmill load --stress` prints: progress, and the report. */
#pragma once

#include "cli/load/said.h"
#include "load/stress/stress.h"

#include <stdio.h>

/* Such as "as_expected", for programs. */
const char *stress_verdict_key(enum stress_verdict verdict);

/* A line about a case that is running or done, without its end. */
void stress_print_progress(FILE *out, const struct stress_row *row);

/* Colour: see style.h. */
void stress_print_text(FILE *out, const struct load_options *o,
	const struct stress_result *r, bool colour);

/* Schema udpmill.load/1, with "stress" in place of the results of an ordinary
 * run. 0 or -errno. */
int stress_print_json(
	FILE *out, const struct load_options *o, const struct stress_result *r);
