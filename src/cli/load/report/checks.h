/* SPDX-License-Identifier: MIT */
/* What was not as it should be. */
#pragma once

#include "load/load.h"

#include <stdio.h>

/* Nothing where all was. Colour: see style.h. */
void load_print_checks(FILE *out, const struct load_result *r, bool colour);
