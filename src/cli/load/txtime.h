/* SPDX-License-Identifier: MIT */
/* --kernel-pacing of `udpmill load`: checks that the kernel can do it. */
#pragma once

#include "cli/load/said.h"

/* Fills in o->config if it is asked for. Prints and exits if there is no open
 * loop, or no suitable queueing discipline. */
void load_txtime_plan(struct load_parsing *p);

/* Warns if a rate was given to the kernel that will not heed it. Call once
 * nothing can be refused any more. */
void load_pacing_tell(const struct load_options *o);
