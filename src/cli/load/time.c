/* SPDX-License-Identifier: MIT */
#include "cli/load/time.h"

#include "cli/args/option.h"
#include "cli/load/said.h"

enum key {
	KEY_COUNT = 0x600,
	KEY_TIMEOUT,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Time:", 3},
	{"time", 't', "TIME", 0,
		"Measured time (default 10s); with --stress, the whole run "
		"(default 20s)",
		0},
	{"omit", 'O', "TIME", LOAD_NOT_STRESS,
		"Warm-up before the measured time (default 300ms)", 0},
	{"count", KEY_COUNT, "N", LOAD_NOT_STRESS | LOAD_NOT_SEARCH,
		"Stop after N datagrams, warm-up included", 0},
	{"timeout", KEY_TIMEOUT, "TIME", LOAD_NOT_STRESS,
		"Wait this long for a reply before its datagram counts as lost "
		"(default: follows the round trips seen, at least 200ms; 2s "
		"before the first)",
		0},
	{"interval", 'i', "TIME", 0,
		"Report progress at this interval (default 1s)", 0},
	{0},
};

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
	case KEY_COUNT:
		c->count = option_count("count", arg, 1, INT64_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_time_argp = {.options = options, .parser = parse};
