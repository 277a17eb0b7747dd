/* SPDX-License-Identifier: MIT */
#include "cli/load/mode/stages.h"

#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/load/peer/key.h"
#include "cli/load/report/loss.h"
#include "cli/load/report/stages.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/exit.h"
#include "cli/process/interrupt.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"
#include "net/affinity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool interrupted;

void load_stages_plan(struct load_parsing *p)
{
	struct load_options *o = p->o;
	const struct {
		bool said;
		const char *option;
	} others[] = {
		{p->flood, "--flood"},
		{p->engine_said, "--engine"},
		{o->config.window > 0, "--window"},
		{o->config.train > 1 && p->train_said, "--train"},
		{p->flows_said && o->config.flows > 1, "--flows"},
		{p->threads_said && o->config.threads > 1, "--threads"},
		{load_pace_is_open(&p->pace), "--rate, --bitrate or --ramp"},
		{p->pace.find_capacity, "--find-capacity"},
		{p->payload, "--payload"},
		{o->config.verify_full, "--verify full"},
		{o->config.flow_lifetime_ns > 0, "--flow-lifetime"},
		{p->socket.txtime, "--kernel-pacing=txtime"},
		{o->replay.path, "--pcap"},
		{o->csv, "--csv"},
		{o->histogram, "--histogram"},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].said)
			usage_clash("stages",
				"--stages sends one datagram at a time, and "
				"does not go with %s",
				others[i].option);
	o->config.flows = o->config.threads = 1;
}

static void stop(void *arg)
{
	atomic_store((atomic_bool *)arg, true);
}

static int run(const struct load_options *o, struct stages_result *r, char *why,
	size_t why_bytes)
{
	const struct load_config *c = &o->config;
	struct stages_config config = {
		.socket =
			{
				.bind = c->bind,
				.remote = c->remote,
				.rcvbuf = c->rcvbuf,
				.sndbuf = c->sndbuf,
				.tos = c->tos,
				.ttl = c->ttl,
				.dontfrag = c->dontfrag,
				.device = c->device,
				.busy_poll_us = c->busy_poll_us,
				.max_pacing_bytes = c->pacing_bytes,
			},
		.length = c->sizes.most,
		.content = c->content,
		.replies = c->replies,
		.spin = c->spin,
		.shared_clock = o->view.reader,
		.timeout_ns = c->timeout_ns,
		.omit_ns = c->omit_ns,
		.time_ns = c->time_ns,
		.count = c->count,
		.run = c->run,
		.interrupted = &interrupted,
	};
	int error = c->cpus ? affinity_pin(c->cpus->cpu[0]) : 0;

	if (c->port_first)
		address_set_port(&config.socket.bind, c->port_first);
	if (error) {
		snprintf(why, why_bytes, "pinning to CPU %u: %s",
			c->cpus->cpu[0], strerror(-error));
		return error;
	}
	error = privilege_drop(privilege_sockets(), why, why_bytes);
	if (error)
		return error;
	error = load_key_keep(o, stop, &interrupted, why, why_bytes);
	if (error)
		return error;
	interrupt_catch(stop, &interrupted);
	error = stages_run(&config, r, why, why_bytes);
	interrupt_release();
	return error;
}

/* A run that split nothing has not done what it was asked for. */
static int judge(const struct stages_result *r)
{
	if (r->gone) {
		say("for a second now: %s", r->gone_why);
		return (int)exit_of(r->gone);
	}
	if (r->whole || r->interrupted)
		return EXIT_OK;
	if (!r->sampled) {
		say("no reply to any probe that was "
		    "stamped");
		return EXIT_NO_PEER;
	}
	say("none of %llu round trips could be split: %s",
		(unsigned long long)r->sampled,
		r->incomplete ? "stamps did not come"
			      : "the clock went back or was set");
	return EXIT_SYSTEM;
}

static int report(const struct load_options *o, const struct stages_result *r,
	int argc, char **argv)
{
	const struct load_loss loss = {true, r->sent, r->lost};
	int error = 0;

	if (!o->json)
		stages_print_text(stdout, o, r, style_on(stdout));
	else
		error = stages_print_json(stdout, o, r, argc, argv);
	if (error) {
		streams_tell("udpmill load", error);
		return EXIT_SYSTEM;
	}
	return load_loss_is_borne(o, &loss) ? judge(r) : EXIT_CLAIM;
}

int load_stages(const struct load_options *o, int argc, char **argv)
{
	struct stages_result *r = calloc(1, sizeof(*r));
	int code = EXIT_SYSTEM;
	char why[512];

	if (!r) {
		say("no memory");
	} else if (sizes_mixed(&o->config.sizes)) {
		say("--stages wants datagrams of one "
		    "--length");
		code = EXIT_USAGE;
	} else if (o->config.replies == REPLIES_NONE) {
		say("--stages waits for each reply, "
		    "and this peer does not answer");
		code = EXIT_USAGE;
	} else {
		int error = run(o, r, why, sizeof(why));

		code = error ? load_fail_tell(error, why)
			     : report(o, r, argc, argv);
		if (load_key_lapsed(o))
			code = EXIT_CLAIM;
	}
	free(r);
	return code;
}
