/* SPDX-License-Identifier: MIT */
#include "cli/load/time.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "cli/load/said.h"
#include "core/units.h"

#include <string.h>

/* Nothing that a clock begins or ends belongs into a run by count, which ends
 * long before this. */
#define COUNTED_NS (600 * SECOND_NS)

enum key {
	KEY_COUNT = 0x600,
	KEY_TIMEOUT,
	KEY_COUNT_WINDOWS,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Time:", 3},
	{"time", 't', "TIME", 0,
		"Measured time (default 10s); with --stress, the whole run "
		"(default 20s)",
		0},
	{"omit", 'O', "TIME", LOAD_NOT_STRESS | LOAD_NOT_COUNTED,
		"Warm-up before the measured time (default 300ms)", 0},
	{"count", KEY_COUNT, "N",
		LOAD_NOT_STRESS | LOAD_NOT_SEARCH | LOAD_NOT_COUNTED,
		"Stop after N datagrams, warm-up included", 0},
	/* For "udpmill perf count", which counts between the marks of such a
	 * run. */
	{"count-windows", KEY_COUNT_WINDOWS, "WARM,N",
		OPTION_HIDDEN | LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES |
			LOAD_NOT_STRESS | LOAD_NOT_PCAP | LOAD_NOT_SEARCH,
		"After WARM datagrams, mark a window of N and one of 2 N, and "
		"stop",
		0},
	{"timeout", KEY_TIMEOUT, "TIME", LOAD_NOT_STRESS,
		"Wait this long for a reply before its datagram counts as lost "
		"(default: follows the round trips seen, at least 200ms; 2s "
		"before the first)",
		0},
	{"interval", 'i', "TIME", LOAD_NOT_COUNTED,
		"Report progress at this interval (default 1s)", 0},
	{0},
};

/* Not so many that three times as many would not fit. */
#define WINDOW_DATAGRAMS_MAX 1000000000000

static void parse_windows(struct load_config *c, const char *text)
{
	const char *comma = strchr(text, ',');
	char warm[24] = "";

	if (comma && comma - text < (long)sizeof(warm))
		memcpy(warm, text, (size_t)(comma - text));
	if (!comma ||
		units_parse_count(
			&c->count_warm, warm, 1, WINDOW_DATAGRAMS_MAX) ||
		units_parse_count(
			&c->count_window, comma + 1, 1, WINDOW_DATAGRAMS_MAX))
		usage_error("count-windows",
			"\"%s\" is not two numbers of datagrams, of the "
			"warm-up and of a window; try 2000,20000",
			text);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_parsing *p = state->input;
	struct load_config *c = &p->o->config;

	switch (key) {
	case 't':
		c->time_ns = option_time("time", arg, false);
		return 0;
	case 'O':
		c->omit_ns = option_time("omit", arg, true);
		return 0;
	case 'i':
		c->interval_ns = option_time("interval", arg, false);
		return 0;
	case KEY_TIMEOUT:
		c->timeout_ns =
			option_time_within("timeout", arg, SECOND_NS / 1000,
				60 * SECOND_NS, "1ms to 60s; try 500ms");
		return 0;
	case KEY_COUNT_WINDOWS:
		parse_windows(c, arg);
		return 0;
	case KEY_COUNT:
		c->count = option_count("count", arg, 1, INT64_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void load_time_plan(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;

	if (!c->count_window)
		return;
	c->omit_ns = 0;
	c->interval_ns = COUNTED_NS;
	if (!load_said(p, "time"))
		c->time_ns = COUNTED_NS;
}

const struct argp load_time_argp = {.options = options, .parser = parse};
