/* SPDX-License-Identifier: MIT */
/* How much of a run was lost, and whether that is tolerated (--max-loss). */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stdio.h>

struct load_loss {
	bool known;
	uint64_t sent, lost; /* neither answered nor absorbed */
};

/* For a whole run, warm-up included. */
struct load_loss load_loss_of(
	const struct load_options *o, const struct load_result *r);

/* As lines of the report; as a JSON object. */
void load_loss_print(FILE *out, const struct load_options *o,
	const struct load_loss *loss, bool colour);
json_t *load_loss_json(
	const struct load_options *o, const struct load_loss *loss);

/* Is the loss tolerated? If not, prints a line on standard error. */
bool load_loss_is_borne(
	const struct load_options *o, const struct load_loss *loss);
