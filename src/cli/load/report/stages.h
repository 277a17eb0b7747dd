/* SPDX-License-Identifier: MIT */
/* What `udpmill load --stages` prints at its end. */
#pragma once

#include "cli/load/said.h"
#include "load/stages/stages.h"

#include <jansson.h>
#include <stdio.h>

/* The name of a stage, for programs and for people. */
struct stage_name {
	const char *key, *text;
};

const struct stage_name *stage_name(enum stage stage);

/* The average share of the round trip; 0 if there is none. */
double stage_share(const struct stages_result *r, enum stage stage);

/* Colour: see style.h. */
void stages_print_text(FILE *out, const struct load_options *o,
	const struct stages_result *r, bool colour);

/* Schema udpmill.load/1, with "stages" in place of the results of an ordinary
 * run. 0 or -errno. */
int stages_print_json(
	FILE *out, const struct load_options *o, const struct stages_result *r);
