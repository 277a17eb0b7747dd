/* SPDX-License-Identifier: MIT */
#include "cli/load/replay_plan.h"

#include "cli/args/named_file.h"
#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/print/say.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FLOWS_DEFAULT_MAX 1024

static void read_capture(struct load_replay *r)
{
	struct load_capture *c = &r->capture;
	char why[320], text[LOAD_REPLAY_LEFT];
	int error;

	if (!load_capture_supported())
		load_fail(EXIT_SYSTEM,
			"--pcap: this build does not support captures; install "
			"libpcap-dev and build again");
	error = named_file_check(r->path, why, sizeof(why));
	if (error)
		usage_error("pcap", "%s: %s", r->path, why);
	error = load_capture_read(&r->replay, c, r->path, why, sizeof(why));

	if (error == -EINVAL)
		usage_error("pcap", "%s: %s", r->path, why);
	if (error == -ENOPKG)
		load_fail(EXIT_SYSTEM, "--pcap: %s", why);
	if (error)
		load_fail(EXIT_SYSTEM, "--pcap: %s: %s", r->path,
			strerror(-error));
	if (r->replay.count == 0)
		usage_error("pcap",
			"%s: of %" PRIu64
			" packets none is a UDP datagram%s%s%s%s",
			r->path, c->packets, c->packets ? ": " : "",
			load_replay_left_out(c, text), *c->damage ? "; " : "",
			c->damage);
	if (*c->damage)
		say("--pcap: %s: used only up to where it is damaged: %s",
			r->path, c->damage);
}

/* What the rest of the program needs of lengths: the shortest, the longest, and
 * the mean. */
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

	if (!load_said(p, "flows"))
		c->flows = captured < FLOWS_DEFAULT_MAX ? captured
							: FLOWS_DEFAULT_MAX;
	if (c->threads > c->flows)
		usage_error("threads",
			"%u threads cannot share %u flows; use more --flows or "
			"fewer --threads",
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
	if (!r->round && !load_said(p, "omit"))
		c->omit_ns = 0;
	if (!r->round && !load_said(p, "time"))
		c->time_ns = LOAD_REPLAY_UNBOUNDED_NS;
	if (c->replies != REPLIES_NONE)
		c->replies = REPLIES_ANY;
}
