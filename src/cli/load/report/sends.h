/* SPDX-License-Identifier: MIT */
/* Sends that the kernel refused or copied, in both reports. */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stdio.h>

/* Did nothing arrive because everything was too long for the path? */
bool load_nothing_fits(const struct load_result *r);

/* The reason, as part of a sentence. */
void load_print_limit(
	FILE *out, const struct load_options *o, const struct load_result *r);

/* Trains, as part of a line; everything else as lines. Colour: see style.h. */
void load_print_trains(
	FILE *out, const struct load_options *o, const struct load_result *r);
void load_print_sends(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);

/* Returns a new reference. */
json_t *load_sends_json(
	const struct load_options *o, const struct load_result *r);
