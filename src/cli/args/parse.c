/* SPDX-License-Identifier: MIT */
#include "cli/args/parse.h"

#include "cli/args/check.h"
#include "cli/args/listing.h"
#include "cli/args/version.h"
#include "cli/process/exit.h"

#include <stdio.h>
#include <stdlib.h>

bool verb_lists_options;

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	version_print(stream);
}

int verb_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	if (verb_lists_options)
		exit(listing_print(stdout, argp) ? EXIT_SYSTEM : EXIT_OK);
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	verb_check(argp, argc, argv);
	return argp_parse(argp, argc, argv, 0, NULL, input);
}
