/* SPDX-License-Identifier: MIT */
/* The command line of `udpmill serve`, parsed and resolved. */
#pragma once

#include "cli/serve/said.h"

/* Prints and exits if the command line cannot be parsed (2), or asks for
 * something that this build or system does not have (3). */
void serve_options_parse(struct serve_options *o, int argc, char **argv);
void serve_options_free(struct serve_options *o);
