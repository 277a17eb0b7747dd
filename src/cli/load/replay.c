/* SPDX-License-Identifier: MIT */
#include "cli/load/replay.h"

#include "cli/args/usage.h"
#include "cli/args/verb.h"
#include "cli/load/scenario.h"
#include "cli/print/json.h"
#include "cli/print/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SPEED_LEAST 0.001
#define SPEED_MOST  1000000.0

enum key {
	KEY_PCAP = 0x400,
	KEY_SPEED,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Replay of a capture:", 2},
	{"pcap", KEY_PCAP, "FILE",
		LOAD_OPEN_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"Send the UDP payloads of a capture (pcap, pcapng) again, with "
		"the timing of the capture, until its end",
		0},
	{"speed", KEY_SPEED, "X|max|replies", LOAD_OF_OPEN_LOOP,
		"Replay X times as fast as captured (default 1), as fast as "
		"the kernel accepts datagrams, or over and over in a closed "
		"loop, in which each reply lets the next datagram leave",
		0},
	{0},
};

static void parse_speed(struct load_replay *r, const char *text)
{
	char *end;

	r->max = strcmp(text, "max") == 0;
	r->round = strcmp(text, "replies") == 0;
	r->speed = 1;
	if (r->max || r->round)
		return;
	r->speed = strtod(text, &end);
	if (end == text || *end || !(r->speed >= SPEED_LEAST) ||
		r->speed > SPEED_MOST)
		usage_error("speed",
			"\"%s\" is neither max, replies nor a factor from "
			"0.001 to 1000000; try 2 or 0.5",
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
		parse_speed(r, arg);
		return 0;
	case ARGP_KEY_END:
		if (r->speed > 0 && !r->path)
			usage_clash("speed", "--speed needs --pcap");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_replay_argp = {.options = options, .parser = parse};

const char *load_replay_left_out(
	const struct load_capture *c, char text[LOAD_REPLAY_LEFT])
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
			at += snprintf(text + at, LOAD_REPLAY_LEFT - (size_t)at,
				"%s%" PRIu64 " %s", at ? ", " : "",
				c->verdicts[v], names[v]);
	return text;
}

void load_replay_print(FILE *out, const struct load_replay *r)
{
	char text[LOAD_REPLAY_LEFT];

	fprintf(out, "a capture, %s datagram%s in %s flow%s over %.2f s, ",
		text_grouped(r->replay.count), r->replay.count == 1 ? "" : "s",
		text_grouped(r->flows), r->flows == 1 ? "" : "s", r->seconds);
	if (r->round)
		fprintf(out, "over and over\n  ");
	else if (r->max)
		fprintf(out, "at speed max\n  ");
	else
		fprintf(out, "at speed %g\n  ", r->speed);
	if (*load_replay_left_out(&r->capture, text))
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
	json_set(all, "damage",
		*c->damage ? json_string(c->damage) : json_null());
	json_set(all, "speed",
		r->round ? json_string("replies")
		: r->max ? json_string("max")
			 : json_real(r->speed));
	return all;
}

void load_replay_fini(struct load_replay *r)
{
	replay_fini(&r->replay);
}
