/* SPDX-License-Identifier: MIT */
/* Checks that all given options belong to the same kind of run. */
#pragma once

#include "cli/load/said.h"

/* Prints and exits if they do not. */
void load_refuse(const struct load_parsing *p);
