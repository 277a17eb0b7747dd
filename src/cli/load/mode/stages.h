/* SPDX-License-Identifier: MIT */
/* `udpmill load --stages`: a mode of its own, that shares the options. */
#pragma once

#include "cli/args/usage.h"
#include "cli/args/verb.h"
#include "cli/load/said.h"

/* One flow, one thread. Refuses, by usage_error(), what does not go with one
 * datagram at a time. */
void load_stages_plan(struct load_parsing *p);

/* The run, and its report. Returns an exit code. */
int load_stages(const struct load_options *o, int argc, char **argv);
