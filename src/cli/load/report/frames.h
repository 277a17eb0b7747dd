/* SPDX-License-Identifier: MIT */
/* Engines that send and receive frames: what they have obtained, and what
 * became of the frames, in both reports. Nothing with other engines. */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stdio.h>

/* Lines of at most 80 columns. */
void load_print_facts(FILE *out, const struct load_result *r);
void load_print_frames(FILE *out, const struct load_result *r, bool colour);

/* Adds them to the report's configuration, under the engine's name; and to the
 * report. */
void load_facts_json(json_t *config, const struct load_result *r);
void load_frames_json(json_t *report, const struct load_result *r);
