/* SPDX-License-Identifier: MIT */
/* --kernel-pacing=txtime of `udpmill load`: is there who could do it? */
#pragma once

#include "cli/load/said.h"

/* Fills in o->config where it is asked for. Prints and exits where there is no
 * open loop, or no queueing discipline, for it. */
void load_txtime_plan(struct load_parsing *p);
