/* SPDX-License-Identifier: MIT */
/* From what the command line of `udpmill load` said to what is done: may this
 * peer be loaded, who is it, and what follows for what was left open. */
#pragma once

#include "cli/load/said.h"

/* Fills in o->config and o->view. Prints and exits where it cannot be. */
void load_plan(struct load_parsing *p);
