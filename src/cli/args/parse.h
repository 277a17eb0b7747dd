/* SPDX-License-Identifier: MIT */
/* The command line of a verb. */
#pragma once

#include <argp.h>

/*
 * argp_parse() with this project's exit codes: --help, --usage and --version
 * print to stdout and exit with 0; a usage error is one line and exits with 2.
 * --version prints "udpmill VERSION".
 */
int verb_parse(const struct argp *argp, int argc, char **argv, void *input);
