/* SPDX-License-Identifier: MIT */
/* The command line of `udpmill load`. */
#pragma once

#include "cli/load/said.h"

/* Prints and exits if the command line cannot be parsed, or names a peer that
 * must not be loaded without consent. */
void load_options_parse(struct load_options *o, int argc, char **argv);
void load_options_free(struct load_options *o);
