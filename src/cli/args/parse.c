/* SPDX-License-Identifier: MIT */
#include "cli/args/parse.h"

#include "cli/args/check.h"
#include "cli/process/exit.h"

#include <stdio.h>

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "udpmill %s\n", UDPMILL_VERSION);
}

int verb_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	verb_check(argp, argc, argv);
	return argp_parse(argp, argc, argv, 0, NULL, input);
}
