/* SPDX-License-Identifier: MIT */
/* Checks that every option of a command line exists. */
#pragma once

#include <argp.h>

/*
 * Runs before argp(3), which would report errors in two lines, and not say what
 * to do. Prints one line on stderr and exits with EXIT_USAGE if an option is
 * unknown or ambiguous, lacks its value, or has one that it does not take. What
 * follows --help, --usage or --version is not checked.
 */
void verb_check(const struct argp *argp, int argc, char **argv);
