/* SPDX-License-Identifier: MIT */
/* What `udpmill load` says to people: as it goes, and at its end. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

/* Colour: see style.h. */
void load_print_text(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);

/* Who is loaded, and how: the report's first lines. */
void load_print_head(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);

/* One line of an interval, without its end. */
void load_print_interval(FILE *out, const struct load_interval *i);

/* The same with the time that is left: for a line that is written over. */
void load_print_progress(FILE *out, const struct load_interval *i);
