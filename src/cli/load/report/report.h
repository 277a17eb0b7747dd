/* SPDX-License-Identifier: MIT */
/* What `udpmill load` prints for people: progress, and the report. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

/* Colour: see style.h. */
void load_print_text(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);

/* The first lines of the report: who is loaded, and how. */
void load_print_head(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);

/* One line about an interval, without its end. */
void load_print_interval(FILE *out, const struct load_interval *i);
