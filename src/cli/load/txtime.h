/* SPDX-License-Identifier: MIT */
/* --kernel-pacing of `udpmill load`: checks that the kernel can do it. */
#pragma once

#include "cli/load/said.h"

/* Fills in o->config if it is asked for. Prints and exits if there is no open
 * loop, or no suitable queueing discipline. */
void load_txtime_plan(struct load_parsing *p);
