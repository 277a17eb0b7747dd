/* SPDX-License-Identifier: MIT */
/* One program with several verbs; this table dispatches them. */
#include "cli/args/verb.h"
#include "cli/print/json.h"
#include "cli/process/streams.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct verb verbs[] = {
	{"serve", "answer datagrams and count them", verb_serve},
	{"send", "send one datagram and print the reply", verb_send},
	{"load", "send many datagrams and account for every one", verb_load},
	{"stat", "show the counters of a running server", verb_stat},
	{"perf", "measure, compare and report", verb_perf},
	{NULL, NULL, NULL},
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: udpmill VERB [OPTION...] [ARGUMENT...]\nMeasure "
		     "what Linux does with UDP.\n\n");
	for (const struct verb *v = verbs; v->name; v++)
		fprintf(out, "  %-8s %s\n", v->name, v->brief);
	fprintf(out, "\nFor more, see \"udpmill VERB --help\" or \"man "
		     "udpmill-VERB\".\n");
}

static int run_verb(const struct verb *v, int argc, char **argv)
{
	static char name[64]; /* outlives main() */

	snprintf(name, sizeof(name), "udpmill %s", v->name);
	program_invocation_name = name;
	program_invocation_short_name = name;
	argv[0] = name;
	return v->run(argc, argv);
}

int main(int argc, char **argv)
{
	int error = streams_open();

	if (error) {
		fprintf(stderr,
			"udpmill: a standard descriptor is closed, and "
			"/dev/null cannot be opened in its place: %s\n",
			strerror(-error));
		return EXIT_SYSTEM;
	}
	json_write_begin();
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("udpmill %s\n", UDPMILL_VERSION);
		return EXIT_OK;
	}
	for (const struct verb *v = verbs; v->name; v++)
		if (strcmp(argv[1], v->name) == 0)
			return run_verb(v, argc - 1, argv + 1);
	fprintf(stderr,
		"udpmill: \"%s\" is not a verb; \"udpmill --help\" lists "
		"them\n",
		argv[1]);
	return EXIT_USAGE;
}
