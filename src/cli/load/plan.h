/* SPDX-License-Identifier: MIT */
/* From what the command line of `udpmill load` said to what the run does:
 * checks that the peer may be loaded, finds out what it is, and chooses what
 * was left open. */
#pragma once

#include "cli/load/said.h"

/* Fills in o->config and o->view. Prints and exits if that is not possible. */
void load_plan(struct load_parsing *p);
