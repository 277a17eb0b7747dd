/* SPDX-License-Identifier: MIT */
#include "cli/load/pace.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "cli/load/names.h"
#include "cli/load/scenario.h"
#include "cli/print/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST_MAX 65536
/* A plan lasts longer than the run, which is ended from outside. */
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
	{NULL, 0, NULL, 0,
		"Pace (an open loop; without it, a window or a flood):", 2},
	{"bitrate", 'b', "BITS[/flow]",
		LOAD_OPEN_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Send this many payload bits a second, in total or per flow",
		0},
	{"rate", KEY_RATE, "N[/flow]",
		LOAD_OPEN_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Send this many datagrams a second, in total or per flow", 0},
	{"spacing", KEY_SPACING, "even|poisson", LOAD_OF_OPEN_LOOP,
		"Send at equal intervals (default), or at random ones", 0},
	{"burst", KEY_BURST, "N", LOAD_OF_OPEN_LOOP | LOAD_NOT_PCAP,
		"Send N datagrams at once (default 1, or a train)", 0},
	{"ramp", KEY_RAMP, "FROM:TO:TIME[:N]",
		LOAD_OPEN_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Change the total rate, in datagrams a second, from one to "
		"another during TIME, linearly or in N steps",
		0},
	{"find-capacity", KEY_FIND, NULL,
		LOAD_OPEN_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Search for the highest rate that is carried, by trials of "
		"--time each (by default 1s)",
		0},
	{"loss", KEY_LOSS, "SHARE", LOAD_OF_OPEN_LOOP,
		"Loss that --find-capacity tolerates: 0.1% (default), 0, 0.001",
		0},
	{0},
};

static void parse_rate(struct load_pace *p, const char *text, bool bits)
{
	char why[256];

	if (p->rate > 0)
		usage_clash("rate", "--rate and --bitrate exclude each other; "
				    "give one of them, once");
	p->bits = bits;
	if (load_rate_parse(
		    &p->rate, &p->per_flow, text, bits, why, sizeof(why)))
		usage_error(bits ? "bitrate" : "rate", "%s", why);
}

static void parse_ramp(struct load_pace *p, const char *text)
{
	char why[256];

	if (load_ramp_parse(&p->ramp, text, why, sizeof(why)))
		usage_error("ramp", "%s", why);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_pace *p = state->input;

	switch (key) {
	case 'b':
	case KEY_RATE:
		parse_rate(p, arg, key == 'b');
		return 0;
	case KEY_SPACING:
		p->poisson =
			option_word("spacing", arg, load_spacing_names) == 1;
		return 0;
	case KEY_BURST:
		p->burst = (uint32_t)option_count("burst", arg, 1, BURST_MAX);
		return 0;
	case KEY_RAMP:
		parse_ramp(p, arg);
		return 0;
	case KEY_FIND:
		p->find_capacity = true;
		return 0;
	case KEY_LOSS:
		p->loss = option_share("loss", arg);
		p->loss_said = true;
		return 0;
	case ARGP_KEY_END:
		if ((p->rate > 0) + (p->ramp.ns > 0) + p->find_capacity > 1)
			usage_clash("ramp",
				"--ramp, --find-capacity and a rate "
				"exclude each other; give one of them");
		if (p->loss_said && !p->find_capacity)
			usage_clash("loss", "--loss needs --find-capacity");
		if (!load_pace_is_open(p) && (p->burst || p->poisson))
			usage_clash("burst", "--burst and --spacing need "
					     "--rate, --bitrate or --ramp");
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
	double v;

	if (p->rate <= 0)
		return 0;
	if (p->bits && mean_bytes <= 0) {
		snprintf(why, why_bytes,
			"datagrams of 0 bytes carry no bits; use --rate");
		return -EINVAL;
	}
	v = rate_of(p, flows, mean_bytes);
	if (v >= RATE_LEAST && v <= RATE_MOST)
		return 0;
	snprintf(why, why_bytes,
		"this is %s datagrams a second in total; use 0.001 to 10G",
		text_si(v));
	return -ERANGE;
}

static void plan_ramp(const struct load_pace *p, struct pace_plan *plan)
{
	uint32_t n = p->ramp.steps;

	if (n == 0) {
		plan->steps[plan->step_count++] = (struct pace_step){
			p->ramp.ns, p->ramp.from, p->ramp.to};
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		double rate = p->ramp.from +
			      (p->ramp.to - p->ramp.from) * i / (n - 1);

		plan->steps[plan->step_count++] =
			(struct pace_step){p->ramp.ns / n, rate, rate};
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
	if (!p->ramp.ns) {
		pace_constant(plan, rate_of(p, flows, mean_bytes), all);
		return;
	}
	plan_ramp(p, plan);
	plan->steps[plan->step_count++] =
		(struct pace_step){all, p->ramp.to, p->ramp.to};
	(void)pace_prepend(plan, omit_ns);
}
