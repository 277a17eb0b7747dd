/* SPDX-License-Identifier: MIT */
/* The command line of a verb. */
#pragma once

#include <argp.h>
#include <stdbool.h>

/*
 * argp_parse() with this project's exit codes: --help, --usage and --version
 * print to stdout and exit with 0; a usage error is one line and exits with 2.
 * --version is that of version_print().
 */
int verb_parse(const struct argp *argp, int argc, char **argv, void *input);

/* If it is set, verb_parse() prints the verb's options as JSON instead, and
 * exits: see listing.h. */
extern bool verb_lists_options;
