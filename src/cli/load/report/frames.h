/* SPDX-License-Identifier: MIT */
/* Engines that send and receive frames: what they have obtained, and what
 * became of the frames, in both reports and for scrapers. */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What became of frames, by number from 0: its name in documents, or NULL after
 * the last; and how many. */
const char *load_frames_name(size_t i);
uint64_t load_frames_value(const struct load_counts *c, size_t i);

/* Lines of at most 80 columns; none with other engines. */
void load_print_facts(FILE *out, const struct load_result *r);
void load_print_frames(FILE *out, const struct load_result *r, bool colour);

/* Adds them to the report's configuration, under the engine's name; and to the
 * report. */
void load_facts_json(json_t *config, const struct load_result *r);
void load_frames_json(json_t *report, const struct load_result *r);
