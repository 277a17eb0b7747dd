/* SPDX-License-Identifier: MIT */
#include "cli/top/options.h"

#include "cli/args/listing.h"
#include "cli/args/option.h"
#include "cli/args/parse.h"
#include "cli/args/usage.h"
#include "cli/print/text.h"
#include "cli/process/exit.h"
#include "cli/top/view.h"
#include "core/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum key { KEY_SORT = 0x100 };

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Time:", 1},
	{"interval", 'i', "TIME", 0, "Update every TIME (default 1s)", 0},
	{NULL, 0, NULL, 0, "Order:", 2},
	{"sort", KEY_SORT, "COLUMN", 0, "Sort by COLUMN", 0},
	{0},
};

static void add_wanted(struct top_options *o, const char *text)
{
	struct wanted *w = &o->wanted[o->wanted_count];
	uint64_t pid;

	if (o->wanted_count == TOP_WANTED_MOST)
		usage_error(NULL,
			"\"%s\": more than %d servers are named; "
			"without names, all are shown",
			text, TOP_WANTED_MOST);
	w->text = text;
	if (!units_parse_count(&pid, text, 1, INT32_MAX)) {
		w->kind = WANTED_PID;
		w->pid = (int32_t)pid;
	} else if (!address_parse(&w->address, text)) {
		w->kind = WANTED_ADDRESS;
	} else if (strchr(text, '/') || access(text, F_OK) == 0) {
		w->kind = WANTED_FILE;
	} else {
		usage_error(NULL,
			"\"%s\" is not a server; give a pid, an address such "
			"as 127.0.0.1:1060, or the file of its counters",
			text);
	}
	o->wanted_count++;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct top_options *o = state->input;

	switch (key) {
	case 'i':
		o->interval_ns = option_time_within("interval", arg,
			VIEW_LEAST_NS, VIEW_MOST_NS, VIEW_RANGE);
		return 0;
	case KEY_SORT:
		o->sort = (enum column)option_word("sort", arg, column_names);
		return 0;
	case ARGP_KEY_ARG:
		add_wanted(o, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Filled in from the table of columns. */
static char *help(int key, const char *text, void *input)
{
	const char *names = text_list(column_names, " or ");
	char *filled;

	(void)input;
	if (key == OPTION_VALUES(KEY_SORT))
		return strdup(names);
	if (key == KEY_SORT &&
		asprintf(&filled, "Sort by %s (default rx)", names) > 0)
		return filled;
	/* argp frees a text that is not the original one. */
	return (char *)text;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.help_filter = help,
	.args_doc = "[PID|ADDRESS|FILE...]",
	.doc = "Watch the servers on this host: rates, trains, what is dropped "
	       "and why.\vWithout names, all servers are shown. Reading their "
	       "counters costs them nothing. The key h explains keys and "
	       "columns.",
};

void top_options_parse(struct top_options *o, int argc, char **argv)
{
	*o = (struct top_options){
		.interval_ns = SECOND_NS,
		.sort = COLUMN_RX,
	};
	if (verb_parse(&argp, argc, argv, o))
		exit(EXIT_USAGE);
}
