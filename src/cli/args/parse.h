/* SPDX-License-Identifier: MIT */
/* The command line of a verb. */
#pragma once

#include <argp.h>

/*
 * argp_parse with the project's exit codes: --help, --usage and --version go to
 * stdout and exit 0, a usage error is one line and exits 2. --version prints
 * "udpmill VERSION".
 */
int verb_parse(const struct argp *argp, int argc, char **argv, void *input);
