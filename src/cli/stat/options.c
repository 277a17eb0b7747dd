/* SPDX-License-Identifier: MIT */
#include "cli/stat/options.h"

#include "cli/args/option.h"
#include "cli/args/parse.h"
#include "cli/args/usage.h"
#include "cli/process/exit.h"

#include <stdlib.h>

enum key {
	KEY_OPENMETRICS = 0x100,
	KEY_WORKERS,
	KEY_LIST,
	KEY_DESCRIBE,
	KEY_CLEAN
};

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "Counters that are zero, too", 0},
	{"workers", KEY_WORKERS, NULL, 0, "Each worker, beside their sum", 0},
	{"watch", 'w', "TIME", OPTION_ARG_OPTIONAL,
		"Again every TIME (default 1s), with rates, until the server "
		"ends",
		0},
	{"count", 'n', "N", 0, "Watch so many times", 0},
	{"json", 'J', NULL, 0, "As JSON, one object each time", 0},
	{"openmetrics", KEY_OPENMETRICS, NULL, 0,
		"As OpenMetrics text, for a scraper", 0},
	{"list", KEY_LIST, NULL, 0,
		"Which servers run on this host, and which have left their "
		"counters behind",
		0},
	{"clean", KEY_CLEAN, NULL, 0,
		"Remove from /dev/shm what killed servers have left", 0},
	{"describe", KEY_DESCRIBE, NULL, 0,
		"What each counter means, and whether it is harmless", 0},
	{0},
};

static void take_form(struct stat_options *o, enum stat_form form)
{
	if (o->form != STAT_TEXT && o->form != form)
		usage_clash("json", "--json and --openmetrics: one form is "
				    "printed");
	o->form = form;
}

static void take_subject(struct stat_options *o, enum stat_subject subject)
{
	if (o->subject != STAT_COUNTERS && o->subject != subject)
		usage_clash("list", "--list, --describe and --clean: one of "
				    "them at once");
	o->subject = subject;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat_options *o = state->input;

	switch (key) {
	case 'a':
		o->all = true;
		return 0;
	case KEY_WORKERS:
		o->workers = true;
		return 0;
	case 'w':
		o->interval_ns = option_time("watch", arg ? arg : "1s", false);
		return 0;
	case 'n':
		o->count = option_count("count", arg, 1, UINT32_MAX);
		return 0;
	case 'J':
		take_form(state->input, STAT_JSON);
		return 0;
	case KEY_OPENMETRICS:
		take_form(state->input, STAT_OPENMETRICS);
		return 0;
	case KEY_LIST:
		take_subject(state->input, STAT_LIST);
		return 0;
	case KEY_DESCRIBE:
		take_subject(state->input, STAT_DESCRIBE);
		return 0;
	case KEY_CLEAN:
		take_subject(state->input, STAT_CLEAN);
		return 0;
	case ARGP_KEY_ARG:
		if (o->which)
			usage_error(NULL,
				"\"%s\" after \"%s\": one server is asked", arg,
				o->which);
		o->which = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[PID|FILE]",
	.doc = "Show the counters of a running server.\v"
	       "The server is named by its pid or by the file it exports its "
	       "counters to; where only one runs on this host, it is that one. "
	       "The counters are the server's own, whatever build it is of.",
};

/* What goes with counters only would be ignored with all else. */
static void check_subject(const struct stat_options *o)
{
	static const char *const names[] = {
		[STAT_LIST] = "--list",
		[STAT_DESCRIBE] = "--describe",
		[STAT_CLEAN] = "--clean",
	};
	const char *option = o->interval_ns                ? "--watch"
			     : o->form == STAT_OPENMETRICS ? "--openmetrics"
			     : o->all                      ? "--all"
			     : o->workers                  ? "--workers"
							   : NULL;

	if (o->subject == STAT_COUNTERS)
		return;
	if (o->subject == STAT_CLEAN && o->form == STAT_JSON)
		option = "--json";
	if (option)
		usage_error(
			NULL, "%s goes without %s", names[o->subject], option);
	if (o->subject != STAT_DESCRIBE && o->which)
		usage_error(NULL,
			"%s is of every server; it goes without \"%s\"",
			names[o->subject], o->which);
}

void stat_options_parse(struct stat_options *o, int argc, char **argv)
{

	*o = (struct stat_options){0};
	if (verb_parse(&argp, argc, argv, o))
		exit(EXIT_USAGE);
	if (o->count && !o->interval_ns)
		usage_clash("count", "--count bounds a watch; --watch would "
				     "begin one");
	check_subject(o);
	if (o->interval_ns && o->form == STAT_OPENMETRICS)
		usage_clash("openmetrics",
			"--openmetrics is asked for by a scraper, "
			"each time anew; it goes without --watch");
}
