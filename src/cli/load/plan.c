/* SPDX-License-Identifier: MIT */
#include "cli/load/plan.h"

#include "cli/args/named_file.h"
#include "cli/args/usage.h"
#include "cli/load/checks.h"
#include "cli/load/engine.h"
#include "cli/load/fail.h"
#include "cli/load/length.h"
#include "cli/load/peer/consent.h"
#include "cli/load/peer/frames.h"
#include "cli/load/peer/key.h"
#include "cli/load/peer/peer.h"
#include "cli/load/replay_plan.h"
#include "cli/load/txtime.h"
#include "cli/print/say.h"
#include "core/probe.h"
#include "core/train.h"
#include "net/interface.h"
#include "net/segments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The default window of a flow: large enough that neither side waits for the
 * other, and small enough for any receive buffer. */
#define DEFAULT_TRAIN  TRAIN_RECEIVE_SEGMENTS
#define WINDOW_TRAINS  8
#define WINDOW_SINGLES 64
/* How many flows may have their windows in flight at the same time. */
#define TURNS_MAX    16
#define WINDOW_BYTES (1u << 20)
/* --find-capacity: the length of a trial, and the loss that is tolerated. */
#define TRIAL_NS     1000000000u
#define DEFAULT_LOSS 0.001

/* The datagrams of a train leave together, so an open loop sends trains only if
 * bursts were asked for, and no train is longer than a burst. */
static void adapt_trains(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;

	p->o->find_capacity = p->pace.find_capacity;
	p->o->ramp = p->pace.ramp.ns > 0;
	p->o->loss = p->pace.loss_said ? p->pace.loss : DEFAULT_LOSS;
	if (p->o->find_capacity && !load_said(p, "time"))
		c->time_ns = TRIAL_NS;
	if (!load_said(p, "train"))
		c->train = 1;
	if (!p->pace.burst)
		p->pace.burst = c->train;
	if (c->train > p->pace.burst)
		c->train = p->pace.burst;
	load_pace_plan(&p->pace, &c->pace, c->flows, c->sizes.mean, c->omit_ns,
		c->time_ns);
}

/* Refuses a run that would measure nothing. --count may end a run earlier; and
 * a scenario that is only printed may get another --time. */
static void refuse_nothing_due(const struct load_parsing *p)
{
	const struct load_config *c = &p->o->config;
	const char *option = c->replay         ? "pcap"
			     : p->pace.ramp.ns ? "ramp"
			     : p->pace.bits    ? "bitrate"
					       : "rate";
	bool due = true;

	if (p->o->replay.round)
		return;
	if (c->replay)
		due = replay_due(c->replay, c->omit_ns + c->time_ns) >
		      replay_due(c->replay, c->omit_ns);
	else if (p->pace.rate > 0 || p->pace.ramp.ns)
		due = load_rate_is_due(
			&c->pace, c->flows, c->threads, c->omit_ns, c->time_ns);
	if (!due && !c->count && !p->o->print_scenario)
		usage_error(option,
			"nothing is due in the measured time; use a longer "
			"--time, a shorter --omit or a higher rate");
}

static void refuse_window(const struct load_parsing *p)
{
	if (p->o->config.window)
		usage_error("window",
			"this peer does not reply, so nothing would "
			"open the window; use --flood or --rate");
}

/* An unknown loss must not pass for none. */
static void refuse_loss_unseen(const struct load_parsing *p)
{
	const struct load_options *o = p->o;

	if (o->max_loss_said && o->config.replies == REPLIES_NONE &&
		!o->view.reader && !o->remote && !o->print_scenario)
		usage_error("max-loss",
			"this peer does not reply, and its counters cannot be "
			"seen, so a loss would not show; if it runs serve "
			"--key, use --key");
}

/* Replies to one datagram at a time are no trains, and a socket without GRO is
 * received from with less work. */
static void default_gro(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;

	if (!load_said(p, "gro") && !load_numbers_itself(p->o))
		c->socket.gro = c->train > 1;
}

/* Decides how to send and what to expect, as far as the server is known. */
static void adapt_to_server(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	struct load_peer peer;
	const char *service = load_peer_known(p->o, &peer) ? peer.service : "";
	bool expected = load_said(p, "expect") || p->payload;

	if (load_pace_is_open(&p->pace) || (c->replay && !p->o->replay.round))
		c->mode = LOAD_PACED;
	else if (p->flood || c->replies == REPLIES_NONE ||
		 load_numbers_itself(p->o) || strcmp(service, "discard") == 0)
		c->mode = LOAD_FLOOD;
	/* A reader only sees segments on this host, so client and server share
	 * a clock. */
	c->one_clock = p->o->view.reader && strcmp(service, "reflect") == 0;
	if (strcmp(service, "discard") == 0 || c->replies == REPLIES_NONE)
		refuse_window(p);
	if (!expected && strcmp(service, "discard") == 0)
		c->replies = REPLIES_NONE;
	if (!expected && !c->replay && strcmp(service, "length") == 0)
		c->replies = REPLIES_TEXT;
	if (c->sizes.least < PROBE_BYTES && c->replies == REPLIES_PROBES)
		c->replies = REPLIES_ANY;
	load_checks_adapt(p);
	load_frames_refuse_replies(p);
	refuse_loss_unseen(p);
	default_gro(p);
}

/* The most datagrams of the shortest length that fit into one send. */
static uint32_t fitting_train(const struct load_config *c)
{
	uint32_t least = c->sizes.least;
	uint32_t n = least ? DATAGRAM_MAX_V4 / least : 1;

	return n < c->train ? (n ? n : 1) : c->train;
}

/* If sizes are mixed, a few trains of small datagrams may be many bytes of
 * large ones. */
static uint32_t default_window(const struct load_config *c, uint32_t train)
{
	uint32_t n = train > 1 ? WINDOW_TRAINS * train : WINDOW_SINGLES;

	if (!sizes_mixed(&c->sizes))
		return n;
	while (n > train && n * c->sizes.mean > WINDOW_BYTES)
		n -= train;
	return n;
}

/* What a message takes of the peer's receive buffer, the kernel's overhead
 * included. A socket with GRO receives a train as one message. */
static uint64_t queued_bytes(const struct load_config *c, uint32_t train,
	const struct load_receiver *to)
{
	uint64_t bytes = (uint64_t)c->sizes.mean;

	if (to->gro)
		return bytes * train + 1024;
	return (bytes + 768) * train;
}

/*
 * All flows may end in a single socket of the peer. Together they have no more
 * in flight than a quarter of its receive buffer, and take turns if that is
 * less than their windows, since a closed loop that overflows the peer would
 * measure drops. If the peer cannot be seen, its buffer is assumed to have the
 * kernel's default size.
 */
static void bound_in_flight(struct load_parsing *p, uint32_t train)
{
	struct load_config *c = &p->o->config;
	struct load_receiver to;
	uint64_t n, window = c->window, windows = c->flows * window;

	if (c->in_flight)
		return;
	load_peer_receiver(p->o, &to);
	n = to.rcvbuf / 4 / queued_bytes(c, train, &to) * train;
	if (n > TURNS_MAX * window)
		n = TURNS_MAX * window;
	if (n < train)
		n = train;
	if (n < windows)
		c->in_flight = (uint32_t)n;
}

static void set_window(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	uint32_t train = fitting_train(c);

	if (c->mode != LOAD_WINDOW) {
		c->window = 0;
		c->in_flight = 0;
	} else if (!c->window) {
		c->window = default_window(c, train);
		bound_in_flight(p, train);
	}
	/* A window smaller than a train would never open. */
	else if (c->window < train) {
		c->train = c->window;
		default_gro(p);
	} else {
		c->window -= c->window % train;
	}
}

static void choose_sizes(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	bool v6 = c->socket.remote.sa.sa_family == AF_INET6;
	const struct load_length how = {
		.most = v6 ? DATAGRAM_MAX_V6 : DATAGRAM_MAX_V4,
		.headers = v6 ? 66 : 46,
		.seed = c->run,
	};
	char why[256];

	if (load_length_parse(&c->sizes, p->length, &how, why, sizeof(why)))
		usage_error("length", "%s", why);
	if (c->sizes.least < PROBE_BYTES && c->verify_full)
		usage_clash("verify",
			"--verify full: a datagram of %u bytes has no room for "
			"a number; use 32 bytes or more",
			c->sizes.least);
}

static void refuse_idle_threads(const struct load_config *c)
{
	if (c->threads > c->flows)
		usage_error("threads",
			"%u threads cannot share %u flows; use more --flows or "
			"fewer --threads",
			c->threads, c->flows);
}

/* Reads the payload from a file, unchanged. */
static void read_payload(struct load_parsing *p)
{
	struct load_options *o = p->o;
	bool v6 = o->config.socket.remote.sa.sa_family == AF_INET6;
	size_t most = v6 ? DATAGRAM_MAX_V6 : DATAGRAM_MAX_V4, n;
	char why[128], *data;

	if (named_file_read(&data, &n, p->payload, most, why, sizeof(why)))
		usage_error("payload", "%s: %s", p->payload, why);
	o->payload = (uint8_t *)data;
	sizes_fixed(&o->config.sizes, (uint32_t)n);
	o->config.payload = o->payload;
	if (o->config.replies != REPLIES_NONE)
		o->config.replies = REPLIES_ANY;
}

static void draw_run(struct load_config *c)
{
	while (c->run == 0)
		if (getrandom(&c->run, sizeof(c->run), 0) < 0)
			load_fail(
				EXIT_SYSTEM, "getrandom: %s", strerror(errno));
}

/* Reported here, since a ledger without the server's counters would not explain
 * why they are missing. */
static void see_server(struct load_options *o)
{
	struct load_view *v = &o->view;
	int error = load_view_open(v, &o->config.socket.remote);

	if (error)
		load_fail(EXIT_SYSTEM, "looking for the server's counters: %s",
			strerror(-error));
	if (v->doubted[0])
		say("%s is ignored: it belongs to user %u, %s", v->doubted,
			(unsigned)v->doubted_owner,
			v->apart ? "and claims that its server is in another "
				   "network namespace, which cannot be verified"
				 : "who does not own the socket there");
}

/* As many as the kernel takes; later, no more than fit. */
static void plan_train(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;

	c->segments_max = segments_limit();
	if (load_said(p, "train"))
		c->train_asked = c->train;
	else
		c->train = DEFAULT_TRAIN;
	if (c->train > c->segments_max)
		c->train = c->segments_max;
}

void load_plan(struct load_parsing *p)
{
	struct load_options *o = p->o;
	struct load_config *c = &o->config;
	char why[256];

	load_txtime_plan(p);
	plan_train(p);
	draw_run(c);
	if (o->replay.path)
		load_replay_plan(p);
	else if (p->payload)
		read_payload(p);
	else
		choose_sizes(p);
	refuse_idle_threads(c);
	load_frames_adapt(p);
	if (!o->replay.path && load_pace_check(&p->pace, c->flows,
				       c->sizes.mean, why, sizeof(why)))
		usage_error(p->pace.bits ? "bitrate" : "rate", "%s", why);
	if (load_pace_is_open(&p->pace))
		adapt_trains(p);
	refuse_nothing_due(p);
	if (p->cpus) {
		if (affinity_parse(&o->cpus, p->cpus, why, sizeof(why)))
			usage_error("cpus", "%s", why);
		c->cpus = &o->cpus;
	}
	see_server(o);
	c->server_apart = o->view.apart;
	if (p->key_address && !p->key)
		usage_clash("key-address",
			"--key-address needs --key: it is the address at which "
			"the peer sees this host");
	/* Nothing is sent if the scenario is only printed. */
	if (p->key && !o->print_scenario) {
		load_key_ask(o, p->key, p->key_address, p->peer);
		o->own = interface_owns(&c->socket.remote);
	} else if (!o->print_scenario) {
		load_require_consent(o, p->peer);
	}
	if (load_makes_frames(o) && !o->print_scenario)
		load_frames_plan(p);
	c->server_netns = o->view.netns.open ? &o->view.netns : NULL;
	adapt_to_server(p);
	set_window(p);
	if (!o->print_scenario)
		load_engine_plan(c);
	load_pacing_tell(o);
}
