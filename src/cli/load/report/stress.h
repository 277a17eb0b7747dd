/* SPDX-License-Identifier: MIT */
/* What `udpmill load --stress` says: as it goes, and at its end. */
#pragma once

#include "cli/load/said.h"
#include "load/stress/stress.h"

#include <stdio.h>

/* "as_expected", for machines. */
const char *stress_verdict_key(enum stress_verdict verdict);

/* A line without its end, of a row that grows or is done. */
void stress_print_progress(FILE *out, const struct stress_row *row);

/* Colour: see style.h. */
void stress_print_text(FILE *out, const struct load_options *o,
	const struct stress_result *r, bool colour);

/* Schema udpmill.load/1, with "stress" in place of what a load has. 0 or
 * -errno. */
int stress_print_json(
	FILE *out, const struct load_options *o, const struct stress_result *r);
