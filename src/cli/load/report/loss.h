/* SPDX-License-Identifier: MIT */
/* How much of a run was lost, and whether that is borne (--max-loss). */
#pragma once

#include "cli/load/said.h"

#include <jansson.h>
#include <stdio.h>

struct load_loss {
	bool known;
	uint64_t sent, lost; /* neither answered nor absorbed */
};

/* Of a whole run, warm-up included. */
struct load_loss load_loss_of(
	const struct load_options *o, const struct load_result *r);

/* A part of 1; 0 where nothing was sent. */
double load_loss_share(const struct load_loss *loss);

/* Lines of the report; of JSON null, or an object. */
void load_loss_print(FILE *out, const struct load_options *o,
	const struct load_loss *loss, bool colour);
json_t *load_loss_json(
	const struct load_options *o, const struct load_loss *loss);

/* Is it borne? If not, a line on standard error says so. */
bool load_loss_is_borne(
	const struct load_options *o, const struct load_loss *loss);
