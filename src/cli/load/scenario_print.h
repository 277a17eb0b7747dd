/* SPDX-License-Identifier: MIT */
/* --print-scenario of `udpmill load`. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

/*
 * What p came to, after load_plan(), as a scenario that comes to the same.
 * Exits where the command line said what no scenario can.
 */
void load_scenario_print(FILE *out, const struct load_parsing *p);
