/* SPDX-License-Identifier: MIT */
/*
 * A verb's options for programs: shell completion is made of them when udpmill
 * is built (src/completion). They are argp's own tables, so that nothing is
 * listed twice.
 */
#pragma once

#include <argp.h>
#include <stdio.h>

/*
 * A help_filter that is called with OPTION_VALUES(key) and NULL returns the
 * words which that option takes as its value, in memory of their own, in the
 * form of text_list(); or NULL, if they are not a list, or if the option's
 * "on|off" already says them.
 */
#define OPTION_VALUES(key) (0x8000000 | (key))

/*
 * {"arguments": "HOST:PORT", "options": [{"long": "time", "short": "t",
 * "group": "Time:", "argument": "TIME", "optional": false, "values": [],
 * "help": "..."}, ...]}; what an option lacks is null. Options that --help
 * leaves out are left out here, too. 0 or -errno.
 */
int listing_print(FILE *out, const struct argp *argp);
