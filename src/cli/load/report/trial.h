/* SPDX-License-Identifier: MIT */
/* A trial of --find-capacity, and how it is reported. */
#pragma once

#include "cli/load/report/trial_line.h"
#include "load/load.h"

#include <jansson.h>

/* On standard error. */
void load_trial_print(const struct load_trial *t, unsigned number);

/* A new reference. */
json_t *load_trial_json(
	const struct load_trial *t, const struct load_result *r);
