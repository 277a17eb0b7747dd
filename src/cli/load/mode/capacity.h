/* SPDX-License-Identifier: MIT */
/* --find-capacity of `udpmill load`: trials, told one by one, and their end. */
#pragma once

#include "cli/load/said.h"

struct load_capacity {
	const struct load_options *options;
	struct load *load;
	int argc;
	char **argv;
	bool colour;
};

/* Runs the trials and prints what they come to. 0 and *code is the exit code;
 * or -errno and a sentence in why. */
int load_capacity_find(
	const struct load_capacity *c, int *code, char *why, size_t why_bytes);
