/* SPDX-License-Identifier: MIT */
/* Plans a run that replays a capture (--pcap). */
#pragma once

#include "cli/load/said.h"

/* Reads the capture, and fills in those parts of o->config that it decides.
 * Prints and exits if it cannot be read. */
void load_replay_plan(struct load_parsing *p);
