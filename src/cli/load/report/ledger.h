/* SPDX-License-Identifier: MIT */
/* The ledger, in both reports. */
#pragma once

#include "load/load.h"

#include <jansson.h>
#include <stdio.h>

/* Colour: see style.h. */
void load_print_ledger(FILE *out, const struct load_result *r, bool colour);

/* A new reference. */
json_t *load_ledger_json(const struct load_result *r);
