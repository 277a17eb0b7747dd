/* SPDX-License-Identifier: MIT */
/* `udpmill load --stress`: a mode of its own, that shares the options. */
#pragma once

#include "cli/args/usage.h"
#include "cli/args/verb.h"
#include "cli/load/said.h"

/* --stress=list: prints the table, and exits. */
void load_stress_parse(struct load_parsing *p, char *names);

/* Refuses, by usage_error(), what does not go with stresses. */
void load_stress_plan(struct load_parsing *p);

/* The run, and its report. Returns an exit code. */
int load_stress(struct load_options *o, int argc, char **argv);
