/* SPDX-License-Identifier: MIT */
/* --print-scenario of `udpmill load`. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

/*
 * Prints what p came to, after load_plan(), as a scenario that leads to the
 * same run. Exits if the command line contains something that no scenario can.
 */
void load_scenario_print(FILE *out, const struct load_parsing *p);
