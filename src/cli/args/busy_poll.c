/* SPDX-License-Identifier: MIT */
#include "cli/args/busy_poll.h"

#include "cli/args/option.h"
#include "net/busy_poll.h"

enum key { KEY_BUSY_POLL = 0x900, KEY_PREFER, KEY_BUDGET };

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Busy polling:", 0},
	{"busy-poll", KEY_BUSY_POLL, "TIME", 0,
		"Let a receive poll the device for this long (50us) before it "
		"sleeps, by SO_BUSY_POLL",
		0},
	{"prefer-busy-poll", KEY_PREFER, NULL, 0,
		"Keep the device's interrupts off while receives poll it, by "
		"SO_PREFER_BUSY_POLL (Linux 5.11), if the device defers them",
		0},
	{"busy-poll-budget", KEY_BUDGET, "N", 0,
		"Let a poll of the device take up to N packets, by "
		"SO_BUSY_POLL_BUDGET (Linux 5.11; default 8)",
		0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct busy_poll *b = state->input;

	switch (key) {
	case KEY_BUSY_POLL:
		b->us = option_busy_poll("busy-poll", arg);
		return 0;
	case KEY_PREFER:
		b->prefer = true;
		return 0;
	case KEY_BUDGET:
		b->budget = (uint32_t)option_count(
			"busy-poll-budget", arg, 1, UINT16_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp busy_poll_argp = {.options = options, .parser = parse};
