/* SPDX-License-Identifier: MIT */
/* What was said must be of one kind of run. */
#pragma once

#include "cli/load/said.h"

/* Prints and exits where it is not. */
void load_refuse(const struct load_parsing *p);
