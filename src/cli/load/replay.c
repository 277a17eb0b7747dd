/* SPDX-License-Identifier: MIT */
#include "cli/load/replay.h"

#include "cli/args/named_file.h"
#include "cli/args/verb.h"
#include "cli/load/plan.h"
#include "cli/print/json.h"
#include "core/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS_DEFAULT_MAX 1024
#define SPEED_LEAST       0.001
#define SPEED_MOST        1000000.0

enum key {
	KEY_PCAP = 0x400,
	KEY_SPEED,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "When, and what, by a capture:", 2},
	{"pcap", KEY_PCAP, "FILE", LOAD_OPEN_LOOP,
		"Send what UDP carried in a capture (pcap, pcapng) again, at "
		"its own times, until its end",
		0},
	{"speed", KEY_SPEED, "X|max", LOAD_OF_OPEN_LOOP,
		"So many times as fast as it was captured (default 1), or as "
		"fast as the kernel takes them",
		0},
	{0},
};

static void parse_speed(
	const struct argp_state *state, struct load_replay *r, const char *text)
{
	char *end;

	r->max = strcmp(text, "max") == 0;
	r->speed = r->max ? 1 : strtod(text, &end);
	if (!r->max && (end == text || *end || !(r->speed >= SPEED_LEAST) ||
			       r->speed > SPEED_MOST))
		usage_error(state,
			"--speed: \"%s\" is neither max nor a factor from "
			"0.001 to 1000000; 2 or 0.5 would be",
			text);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_replay *r = state->input;

	switch (key) {
	case KEY_PCAP:
		r->path = arg;
		return 0;
	case KEY_SPEED:
		parse_speed(state, r, arg);
		return 0;
	case ARGP_KEY_END:
		if (r->speed > 0 && !r->path)
			usage_error(state, "--speed goes with --pcap");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_replay_argp = {.options = options, .parser = parse};

void load_replay_refuse(const struct load_parsing *p)
{
	const struct load_config *c = &p->o->config;
	const struct load_pace *pace = &p->pace;
	const struct {
		bool said;
		const char *option;
	} others[] = {
		{pace->find_capacity, "--find-capacity"},
		{pace->ramps, "--ramp"},
		{pace->bits, "--bitrate"},
		{pace->rate > 0, "--rate"},
		{pace->burst > 0, "--burst"},
		{p->flood, "--flood; --speed max would be right"},
		{c->window > 0, "--window"},
		{c->in_flight > 0, "--in-flight"},
		{p->train_said && c->train > 1, "--train"},
		{p->length_said, "--length"},
		{p->payload, "--payload"},
		{p->content_said, "--content"},
		{c->verify_full, "--verify full"},
		{c->flow_lifetime_ns > 0, "--flow-lifetime"},
		{p->socket.txtime, "--kernel-pacing=txtime"},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (p->o->replay.path && others[i].said)
			load_fail(EXIT_USAGE,
				"--pcap says what is sent and when, and does "
				"not go with %s",
				others[i].option);
}

/* "3 not UDP, 2 fragments", or "". */
static const char *left_out(const struct load_capture *c, char text[128])
{
	static const char *const names[] = {
		[DISSECT_NOT_UDP] = "not UDP",
		[DISSECT_FRAGMENT] = "fragments",
		[DISSECT_SNAPPED] = "cut short",
		[DISSECT_DAMAGED] = "damaged",
	};
	int at = 0;

	text[0] = '\0';
	for (int v = DISSECT_NOT_UDP; v < DISSECT_VERDICTS; v++)
		if (c->verdicts[v])
			at += snprintf(text + at, 128 - (size_t)at,
				"%s%" PRIu64 " %s", at ? ", " : "",
				c->verdicts[v], names[v]);
	return text;
}

static void read_capture(struct load_replay *r)
{
#ifdef HAVE_PCAP
	struct load_capture *c = &r->capture;
	char why[320], text[128];
	int error = named_file_check(r->path, why, sizeof(why));

	if (error)
		load_fail(EXIT_USAGE, "--pcap: %s: %s", r->path, why);
	error = load_capture_read(&r->replay, c, r->path, why, sizeof(why));

	if (error == -EINVAL)
		load_fail(EXIT_USAGE, "--pcap: %s: %s", r->path, why);
	if (error == -ENOPKG)
		load_fail(EXIT_SYSTEM, "--pcap: %s", why);
	if (error)
		load_fail(EXIT_SYSTEM, "--pcap: %s: %s", r->path,
			strerror(-error));
	if (r->replay.count == 0)
		load_fail(EXIT_USAGE,
			"--pcap: %s: of %" PRIu64 " packets none is a datagram "
			"of UDP%s%s%s%s",
			r->path, c->packets, c->packets ? ": " : "",
			left_out(c, text), *c->damage ? "; " : "", c->damage);
	if (*c->damage)
		fprintf(stderr,
			"udpmill load: --pcap: %s: taken up to where it is "
			"damaged: %s\n",
			r->path, c->damage);
#else
	(void)r;
	load_fail(EXIT_SYSTEM,
		"--pcap: this build is without libpcap; install libpcap-dev "
		"and build again");
#endif
}

/* What others ask of lengths: how short, how long, and the mean. */
static void note_sizes(struct sizes *s, const struct replay *r)
{
	uint32_t least = UINT16_MAX, most = 0;

	for (size_t i = 0; i < r->count; i++) {
		least = r->items[i].bytes < least ? r->items[i].bytes : least;
		most = r->items[i].bytes > most ? r->items[i].bytes : most;
	}
	sizes_fixed(s, most);
	s->least = least;
	s->mean = (double)r->bytes / (double)r->count;
}

static void choose_flows(struct load_parsing *p, uint32_t captured)
{
	struct load_config *c = &p->o->config;

	if (!p->flows_said)
		c->flows = captured < FLOWS_DEFAULT_MAX ? captured
							: FLOWS_DEFAULT_MAX;
	if (c->threads > c->flows)
		load_fail(EXIT_USAGE,
			"--threads: %u threads share %u flows; --flows must "
			"be at least as many",
			c->threads, c->flows);
}

void load_replay_plan(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	struct load_replay *r = &p->o->replay;

	read_capture(r);
	if (r->speed <= 0)
		r->speed = 1;
	r->flows = r->replay.flows;
	r->seconds = (double)replay_duration_ns(&r->replay) / 1e9;
	choose_flows(p, r->flows);
	replay_fold(&r->replay, c->flows);
	if (r->max)
		replay_unpace(&r->replay);
	else
		replay_speed_up(&r->replay, r->speed);
	note_sizes(&c->sizes, &r->replay);
	c->replay = &r->replay;
	c->train = 1;
	if (!p->omit_said)
		c->omit_ns = 0;
	if (!p->time_said)
		c->time_ns = LOAD_REPLAY_UNBOUNDED_NS;
	if (c->replies != REPLIES_NONE)
		c->replies = REPLIES_ANY;
}

void load_replay_print(FILE *out, const struct load_replay *r)
{
	char count[UNITS_TEXT], flows[UNITS_TEXT], text[128];

	fprintf(out, "a capture, %s datagram%s in %s flow%s over %.2f s, at ",
		units_format_grouped(r->replay.count, count),
		r->replay.count == 1 ? "" : "s",
		units_format_grouped(r->flows, flows), r->flows == 1 ? "" : "s",
		r->seconds);
	if (r->max)
		fprintf(out, "speed max\n  ");
	else
		fprintf(out, "speed %g\n  ", r->speed);
	if (*left_out(&r->capture, text))
		fprintf(out, "left out: %s\n  ", text);
}

json_t *load_replay_json(const struct load_replay *r)
{
	const struct load_capture *c = &r->capture;
	json_t *all;

	if (!r->path)
		return json_null();
	all = json_pack("{s:o, s:I, s:I, s:I, s:f, s:{s:I, s:I, s:I, s:I}}",
		"file", json_text(r->path), "packets", (json_int_t)c->packets,
		"datagrams", (json_int_t)r->replay.count, "flows",
		(json_int_t)r->flows, "seconds", r->seconds, "left_out",
		"not_udp", (json_int_t)c->verdicts[DISSECT_NOT_UDP],
		"fragments", (json_int_t)c->verdicts[DISSECT_FRAGMENT],
		"cut_short", (json_int_t)c->verdicts[DISSECT_SNAPPED],
		"damaged", (json_int_t)c->verdicts[DISSECT_DAMAGED]);
	json_object_set_new(all, "damage",
		*c->damage ? json_string(c->damage) : json_null());
	json_object_set_new(all, "speed",
		r->max ? json_string("max") : json_real(r->speed));
	return all;
}

void load_replay_fini(struct load_replay *r)
{
	replay_fini(&r->replay);
}
