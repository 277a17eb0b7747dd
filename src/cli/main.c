/* SPDX-License-Identifier: MIT */
/* One program with several verbs; this table dispatches them. */
#include "cli/args/nearest.h"
#include "cli/args/parse.h"
#include "cli/args/verb.h"
#include "cli/args/version.h"
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
	{"top", "watch the servers on this host, on a screen", verb_top},
	{"perf", "measure, compare and report", verb_perf},
	{NULL, NULL, NULL},
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: udpmill VERB [OPTION...] [ARGUMENT...]\nMeasure "
		     "what Linux does with UDP.\n\n");
	for (const struct verb *v = verbs; v->name; v++)
		fprintf(out, "  %-8s %s\n", v->name, v->brief);
	fprintf(out, "  %-8s %s\n", "help", "explain the options of a verb");
	fprintf(out, "\n  -V, --version   print the version, and what this "
		     "build has\n  -h, --help      print this list\n");
	fprintf(out, "\nFor more, see \"udpmill help VERB\" or \"man "
		     "udpmill-VERB\".\n");
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (strcmp(name, v->name) == 0)
			return v;
	return NULL;
}

static int refuse_verb(const char *name)
{
	struct nearest near;

	nearest_begin(&near, name);
	for (const struct verb *v = verbs; v->name; v++)
		nearest_offer(&near, v->name);
	if (near.found)
		fprintf(stderr,
			"udpmill: \"%s\" is not a verb; did you mean \"%s\"?\n",
			name, near.found);
	else
		fprintf(stderr,
			"udpmill: \"%s\" is not a verb; \"udpmill --help\" "
			"lists them\n",
			name);
	return EXIT_USAGE;
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

/* "help VERB" is "VERB --help"; "help perf VERB" is "perf VERB --help". */
static int help(int argc, char **argv)
{
	static char option[] = "--help";
	char *words[] = {NULL, NULL, NULL, NULL};
	const struct verb *v;
	int most = 2, count = 1;

	if (argc < 2) {
		print_usage(stdout);
		return EXIT_OK;
	}
	v = find_verb(argv[1]);
	if (!v)
		return refuse_verb(argv[1]);
	if (v->run == verb_perf)
		most = 3;
	if (argc > most) {
		fprintf(stderr,
			"udpmill help: \"%s\" after \"%s\": only one verb can "
			"be explained\n",
			argv[most], argv[most - 1]);
		return EXIT_USAGE;
	}
	if (argc == 3)
		words[count++] = argv[2];
	words[count++] = option;
	return run_verb(v, count, words);
}

/* For shell completion (src/completion): the options of a verb, or which verbs
 * there are. */
static int list_options(int argc, char **argv)
{
	const struct verb *v = argc > 1 ? find_verb(argv[1]) : NULL;
	json_t *list;

	if (argc > 1 && !v)
		return refuse_verb(argv[1]);
	verb_lists_options = true;
	if (v && v->run == verb_perf)
		return run_verb(v, 2, (char *[]){NULL, argv[0], NULL});
	if (v)
		return run_verb(v, 1, (char *[]){NULL, NULL});
	list = json_array();
	for (v = verbs; v->name; v++)
		json_add(list, json_pack("{s:s, s:s}", "name", v->name, "brief",
				       v->brief));
	return json_write(stdout, list, JSON_INDENT(1)) ? EXIT_SYSTEM : EXIT_OK;
}

static bool is_any(const char *text, const char *one, const char *other)
{
	return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

int main(int argc, char **argv)
{
	const struct verb *v;
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
	if (is_any(argv[1], "--help", "-h")) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (is_any(argv[1], "--version", "-V")) {
		version_print(stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--list-options") == 0)
		return list_options(argc - 1, argv + 1);
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	v = find_verb(argv[1]);
	return v ? run_verb(v, argc - 1, argv + 1) : refuse_verb(argv[1]);
}
