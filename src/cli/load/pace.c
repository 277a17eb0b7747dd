/* SPDX-License-Identifier: MIT */
#include "cli/load/pace.h"

#include "cli/args/option.h"
#include "cli/load/scenario.h"
#include "core/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST_MAX 65536
/* Datagrams a second: one in a quarter of an hour, to what still moves a clock
 * of doubles. */
#define RATE_LEAST 0.001
#define RATE_MAX   1e10
/* Bits: what no path carries. */
#define BITS_MAX 1e14
/* What is due is looked at until the run is ended from outside. */
#define SLACK_NS 10000000000u

enum key {
	KEY_RATE = 0x200,
	KEY_SPACING,
	KEY_BURST,
	KEY_RAMP,
	KEY_FIND,
	KEY_LOSS,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "When (an open loop; else a window or a flood):", 2},
	{"bitrate", 'b', "BITS[/flow]", LOAD_OPEN_LOOP,
		"Send so many payload bits a second, in all or of each flow",
		0},
	{"rate", KEY_RATE, "N[/flow]", LOAD_OPEN_LOOP,
		"Send so many datagrams a second, in all or of each flow", 0},
	{"spacing", KEY_SPACING, "even|poisson", LOAD_OF_OPEN_LOOP,
		"Departures at equal intervals (default), or at random ones",
		0},
	{"burst", KEY_BURST, "N", LOAD_OF_OPEN_LOOP,
		"N datagrams leave at one moment (default 1, or a train)", 0},
	{"ramp", KEY_RAMP, "FROM:TO:TIME[:N]", LOAD_OPEN_LOOP,
		"Datagrams a second, in all: from one rate to another, "
		"linearly, or in N steps",
		0},
	{"find-capacity", KEY_FIND, NULL, LOAD_OPEN_LOOP,
		"Search for the highest rate that is carried, by trials of "
		"--time each (then 1s by default)",
		0},
	{"loss", KEY_LOSS, "SHARE", LOAD_OF_OPEN_LOOP,
		"Loss that --find-capacity bears: 0.1% (default), 0, 0.001", 0},
	{0},
};

static double parse_rate(const struct argp_state *state, const char *name,
	const char *text, bool *per_flow)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	bool bits = strcmp(name, "--bitrate") == 0;
	char number[64];
	double v;

	if (slash && strcmp(slash, "/flow") != 0)
		usage_error(state,
			"%s: \"%s\" ends with neither a number nor /flow", name,
			text);
	if (per_flow)
		*per_flow = slash != NULL;
	snprintf(number, sizeof(number), "%.*s", (int)n, text);
	if (n >= sizeof(number) || units_parse_rate(&v, number) ||
		v < RATE_LEAST || v > (bits ? BITS_MAX : RATE_MAX))
		usage_error(state,
			"%s: \"%s\" is not a rate from 0.001 to %s a second; "
			"0.5, 1.5M or 200k/flow would be",
			name, text, bits ? "100T bits" : "10G datagrams");
	return v;
}

static void parse_ramp(
	const struct argp_state *state, struct load_pace *p, const char *text)
{
	char copy[128], *at = copy, *part[5];
	uint64_t steps;
	unsigned n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while (n < 5 && (part[n] = strsep(&at, ":")))
		n++;
	if (n < 3 || n > 4 || strlen(text) >= sizeof(copy))
		usage_error(state,
			"--ramp: \"%s\" is not FROM:TO:TIME or "
			"FROM:TO:TIME:STEPS; 10k:1M:30s would be",
			text);
	p->ramp_from = parse_rate(state, "--ramp", part[0], NULL);
	p->ramp_to = parse_rate(state, "--ramp", part[1], NULL);
	p->ramp_ns = option_time(state, "--ramp", part[2], false);
	p->ramp_steps = 0;
	if (n == 4) {
		steps = option_count(
			state, "--ramp", part[3], 2, PACE_STEPS_MAX - 2);
		p->ramp_steps = (uint32_t)steps;
		if (p->ramp_ns / steps == 0)
			usage_error(state,
				"--ramp: \"%s\": steps of less than a "
				"nanosecond; a longer time would be right",
				text);
	}
	p->ramps = true;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_pace *p = state->input;

	switch (key) {
	case 'b':
	case KEY_RATE:
		if (p->rate > 0)
			usage_error(state, "--rate and --bitrate: one of them "
					   "says how fast, once");
		p->bits = key == 'b';
		p->rate = parse_rate(state, p->bits ? "--bitrate" : "--rate",
			arg, &p->per_flow);
		return 0;
	case KEY_SPACING:
		p->poisson = strcmp(arg, "poisson") == 0;
		if (!p->poisson && strcmp(arg, "even") != 0)
			usage_error(state,
				"--spacing: \"%s\" is neither even nor poisson",
				arg);
		return 0;
	case KEY_BURST:
		p->burst = (uint32_t)option_count(
			state, "--burst", arg, 1, BURST_MAX);
		return 0;
	case KEY_RAMP:
		parse_ramp(state, p, arg);
		return 0;
	case KEY_FIND:
		p->find_capacity = true;
		return 0;
	case KEY_LOSS:
		p->loss = option_share(state, "--loss", arg);
		p->loss_said = true;
		return 0;
	case ARGP_KEY_END:
		if ((p->rate > 0) + p->ramps + p->find_capacity > 1)
			usage_error(state, "--ramp, --find-capacity and a "
					   "rate: one of them says how fast");
		if (p->loss_said && !p->find_capacity)
			usage_error(state, "--loss goes with --find-capacity");
		if (!load_pace_is_open(p) && (p->burst || p->poisson))
			usage_error(state,
				"--burst and --spacing go with --rate, "
				"--bitrate or --ramp");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_pace_argp = {.options = options, .parser = parse};

static double rate_of(
	const struct load_pace *p, uint32_t flows, double mean_bytes)
{
	double rate = p->rate;

	if (p->bits)
		rate /= 8 * mean_bytes;
	return p->per_flow ? rate * flows : rate;
}

int load_pace_check(const struct load_pace *p, uint32_t flows,
	double mean_bytes, char *why, size_t why_bytes)
{
	char rate[UNITS_TEXT];
	double v;

	if (p->rate <= 0)
		return 0;
	if (p->bits && mean_bytes <= 0) {
		snprintf(why, why_bytes,
			"--bitrate: datagrams of 0 bytes carry no bits; --rate "
			"says how many of them leave");
		return -EINVAL;
	}
	v = rate_of(p, flows, mean_bytes);
	if (v >= RATE_LEAST && v <= RATE_MAX)
		return 0;
	snprintf(why, why_bytes,
		"%s: this is %s datagrams a second in all; 0.001 to 10G would "
		"be right",
		p->bits ? "--bitrate" : "--rate", units_format_si(v, rate));
	return -ERANGE;
}

static void plan_ramp(const struct load_pace *p, struct pace_plan *plan)
{
	uint32_t n = p->ramp_steps;

	if (n == 0) {
		plan->steps[plan->step_count++] = (struct pace_step){
			p->ramp_ns, p->ramp_from, p->ramp_to};
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		double rate = p->ramp_from +
			      (p->ramp_to - p->ramp_from) * i / (n - 1);

		plan->steps[plan->step_count++] =
			(struct pace_step){p->ramp_ns / n, rate, rate};
	}
}

void load_pace_plan(const struct load_pace *p, struct pace_plan *plan,
	uint32_t flows, double mean_bytes, uint64_t omit_ns, uint64_t time_ns)
{
	uint64_t all = omit_ns + time_ns + SLACK_NS;

	*plan = (struct pace_plan){
		.spacing = p->poisson ? PACE_POISSON : PACE_EVEN,
		.burst = p->burst ? p->burst : 1,
	};
	if (p->find_capacity)
		return;
	if (!p->ramps) {
		pace_constant(plan, rate_of(p, flows, mean_bytes), all);
		return;
	}
	plan_ramp(p, plan);
	plan->steps[plan->step_count++] =
		(struct pace_step){all, p->ramp_to, p->ramp_to};
	(void)pace_prepend(plan, omit_ns);
}
