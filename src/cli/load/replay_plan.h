/* SPDX-License-Identifier: MIT */
/* A capture in place of a plan: what follows from --pcap. */
#pragma once

#include "cli/load/said.h"

/* Reads the capture, and fills in what it decides of o->config. Prints and
 * exits where it cannot be read. */
void load_replay_plan(struct load_parsing *p);
