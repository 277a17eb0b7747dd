/* SPDX-License-Identifier: MIT */
/* Is every option of a command line one that there is? */
#pragma once

#include <argp.h>

/*
 * Before argp(3) parses: it would say what is wrong in two lines, and not what
 * would be right. One line on stderr and EXIT_USAGE where an option is unknown,
 * could be several, lacks its value or has one that it does not take. What
 * stands behind --help, --usage or --version is not looked at.
 */
void verb_check(const struct argp *argp, int argc, char **argv);
