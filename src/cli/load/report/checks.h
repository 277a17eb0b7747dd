/* SPDX-License-Identifier: MIT */
/* What went wrong. */
#pragma once

#include "load/load.h"

#include <stdio.h>

/* Prints nothing if nothing went wrong. Colour: see style.h. */
void load_print_checks(FILE *out, const struct load_result *r, bool colour);
