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
	{NULL, 0, NULL, 0, "Counters:", 1},
	{"all", 'a', NULL, 0, "Show counters that are zero, too", 0},
	{"workers", KEY_WORKERS, NULL, 0,
		"Show each worker, as well as their sum", 0},
	{"watch", 'w', "TIME", OPTION_ARG_OPTIONAL,
		"Update every TIME (default 1s), with rates, until the server "
		"ends",
		0},
	{"count", 'n', "N", 0, "Stop after N updates", 0},
	{NULL, 0, NULL, 0, "Output:", 3},
	{"json", 'J', NULL, 0, "Print JSON, one object for each update", 0},
	{"openmetrics", KEY_OPENMETRICS, NULL, 0,
		"Print OpenMetrics text, for a scraper", 0},
	{NULL, 0, NULL, 0, "Instead of the counters:", 2},
	{"list", KEY_LIST, NULL, 0,
		"List the servers on this host, and those that left their "
		"counters behind",
		0},
	{"clean", KEY_CLEAN, NULL, 0,
		"Remove what killed servers left in /dev/shm", 0},
	{"describe", KEY_DESCRIBE, NULL, 0,
		"Explain what each counter means, and whether it is harmless",
		0},
	{0},
};

static void take_form(struct stat_options *o, enum stat_form form)
{
	if (o->form != STAT_TEXT && o->form != form)
		usage_clash("json", "--json and --openmetrics exclude each "
				    "other; give one of them");
	o->form = form;
}

static void take_subject(struct stat_options *o, enum stat_subject subject)
{
	if (o->subject != STAT_COUNTERS && o->subject != subject)
		usage_clash("list", "--list, --describe and --clean exclude "
				    "each other; give one of them");
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
				"\"%s\" after \"%s\": only one server can be "
				"shown",
				arg, o->which);
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
	.doc = "Show the counters of a running server.\vName the server by its "
	       "pid, or by the file to which it exports its counters; a server "
	       "that is the only one on this host need not be named. The "
	       "counters are described by the server itself, so its version "
	       "may differ.",
};

/* Options that only apply to counters are refused, instead of ignored, with any
 * other subject. */
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
		usage_error(NULL, "%s cannot be combined with %s",
			names[o->subject], option);
	if (o->subject != STAT_DESCRIBE && o->which)
		usage_error(NULL, "%s is about every server; leave out \"%s\"",
			names[o->subject], o->which);
}

void stat_options_parse(struct stat_options *o, int argc, char **argv)
{

	*o = (struct stat_options){0};
	if (verb_parse(&argp, argc, argv, o))
		exit(EXIT_USAGE);
	if (o->count && !o->interval_ns)
		usage_clash("count",
			"--count needs --watch, whose updates it limits");
	check_subject(o);
	if (o->interval_ns && o->form == STAT_OPENMETRICS)
		usage_clash("openmetrics",
			"--openmetrics cannot be combined with --watch; a "
			"scraper asks again by itself");
}
