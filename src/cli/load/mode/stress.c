/* SPDX-License-Identifier: MIT */
#include "cli/load/mode/stress.h"

#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/load/peer/key.h"
#include "cli/load/peer/peer.h"
#include "cli/load/report/stress.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/interrupt.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"
#include "load/stress/stress.h"
#include "net/affinity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TIME_NS 20000000000u

static atomic_bool interrupted;

static _Noreturn void print_table(void)
{
	printf("%-12s %-57s %s\n", "stress", "what is sent", "needs");
	for (size_t i = 0; i < STRESS_COUNT; i++) {
		const struct stress *s = stress_table[i];
		char needs[32] = "";

		if (s->needs & STRESS_RAW)
			strcat(needs, " root");
		if (s->needs & STRESS_V6)
			strcat(needs, " IPv6");
		printf("%-12s %-57s %s\n", s->name, s->brief,
			*needs ? needs + 1 : "-");
	}
	printf("\nroot: CAP_NET_RAW, and a peer on this host or in a lab of "
	       "it.\n");
	exit(EXIT_OK);
}

static uint32_t find(const char *name)
{
	for (uint32_t i = 0; i < STRESS_COUNT; i++)
		if (strcmp(stress_table[i]->name, name) == 0)
			return 1u << i;
	return 0;
}

void load_stress_parse(struct load_parsing *p, char *names)
{
	char *copy, *rest, *name;

	p->o->stress = (1u << STRESS_COUNT) - 1;
	if (!names)
		return;
	if (strcmp(names, "list") == 0)
		print_table();
	p->o->stress = 0;
	copy = strdup(names);
	for (name = copy ? strtok_r(copy, ",", &rest) : NULL; name;
		name = strtok_r(NULL, ",", &rest)) {
		uint32_t bit = find(name);

		if (!bit)
			usage_error("stress",
				"there is no \"%s\"; --stress=list "
				"prints those there are",
				name);
		p->o->stress |= bit;
	}
	free(copy);
	if (!p->o->stress)
		usage_error("stress",
			"\"%s\" names none; --stress=list prints "
			"those there are",
			names);
}

void load_stress_plan(struct load_parsing *p)
{
	struct load_options *o = p->o;
	const struct {
		bool said;
		const char *option;
	} others[] = {
		{o->stages, "--stages"},
		{p->flood, "--flood"},
		{p->engine_said, "--engine"},
		{o->config.window > 0, "--window"},
		{o->config.in_flight > 0, "--in-flight"},
		{p->train_said, "--train"},
		{p->flows_said, "--flows"},
		{p->threads_said, "--threads"},
		{load_pace_is_open(&p->pace), "--rate, --bitrate or --ramp"},
		{p->pace.find_capacity, "--find-capacity"},
		{p->payload, "--payload"},
		{p->length_said, "--length"},
		{p->content_said, "--content"},
		{o->config.count, "--count"},
		{p->omit_said, "--omit"},
		{o->config.verify_full, "--verify full"},
		{o->config.spin, "--spin"},
		{o->replay.path, "--pcap"},
		{p->socket.ports, "--source-ports"},
		{o->config.dontfrag, "--dont-fragment"},
		{o->max_loss_said, "--max-loss"},
		{o->config.timeout_ns > 0, "--timeout"},
		{o->csv, "--csv"},
		{o->histogram, "--histogram"},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].said)
			usage_clash("stress",
				"--stress says itself what is sent, and when, "
				"and does not go with %s",
				others[i].option);
	o->config.flows = o->config.threads = 1;
	if (!p->time_said)
		o->config.time_ns = DEFAULT_TIME_NS;
}

static void stop(void *arg)
{
	atomic_store((atomic_bool *)arg, true);
}

static int server(void *arg, enum load_look look, struct load_server *out)
{
	return load_peer_read(arg, look, out);
}

/* A terminal has one line, over and over; a file each case that is done. */
static void progress(void *arg, const struct stress_row *row, bool done)
{
	bool terminal = style_terminal(stderr);
	const struct load_options *o = arg;

	if (o->quiet)
		return;
	if (terminal)
		fputs("\r\033[K", stderr);
	if (done == terminal || row->verdict == STRESS_SKIPPED)
		return;
	stress_print_progress(stderr, row);
	fputs(done ? "\n" : "", stderr);
}

static int run(struct load_options *o, struct stress_result *r, char *why,
	size_t why_bytes)
{
	const struct load_config *c = &o->config;
	struct load_receiver to;
	struct stress_config config = {
		.socket =
			{
				.bind = c->bind,
				.remote = c->remote,
				.rcvbuf = c->rcvbuf,
				.sndbuf = c->sndbuf,
				.tos = c->tos,
				.ttl = c->ttl,
				.device = c->device,
				.busy_poll_us = c->busy_poll_us,
				.max_pacing_bytes = c->pacing_bytes,
			},
		.replies = c->replies,
		.own = o->own,
		.server_apart = c->server_apart,
		.server_netns = c->server_netns,
		.chosen = o->stress,
		.time_ns = c->time_ns,
		.run = c->run,
		.interrupted = &interrupted,
		.server = o->view.reader || o->remote ? server : NULL,
		.progress = progress,
		.arg = o,
	};
	uint64_t keep = privilege_sockets();
	int error = c->cpus ? affinity_pin(c->cpus->cpu[0]) : 0;

	/* Many sockets come and go: a port of its own has none of them. */
	if (config.socket.bind.sa.sa_family)
		address_set_port(&config.socket.bind, 0);
	if (error) {
		snprintf(why, why_bytes, "pinning to CPU %u: %s",
			c->cpus->cpu[0], strerror(-error));
		return error;
	}
	load_peer_receiver(o, &to);
	config.peer_rcvbuf = to.rcvbuf;
	if (c->server_netns)
		keep |= privilege_namespaces();
	error = privilege_drop(keep, why, why_bytes);
	if (error)
		return error;
	error = load_key_keep(o, stop, &interrupted, why, why_bytes);
	if (error)
		return error;
	interrupt_catch(stop, &interrupted);
	error = stress_run(&config, r, why, why_bytes);
	interrupt_release();
	return error;
}

static int report(const struct load_options *o, const struct stress_result *r,
	int argc, char **argv)
{
	char peer[ADDRESS_TEXT];
	int error = 0;

	if (!o->json)
		stress_print_text(stdout, o, r, style_on(stdout));
	else
		error = stress_print_json(stdout, o, r, argc, argv);
	if (error) {
		streams_tell("udpmill load", error);
		return EXIT_SYSTEM;
	}
	if (r->server_gone) {
		say("%s: the server ended, or answers no "
		    "more",
			address_format(&o->config.remote, peer));
		return EXIT_NO_PEER;
	}
	return r->verdicts[STRESS_FAILED] ? EXIT_CLAIM : EXIT_OK;
}

int load_stress(struct load_options *o, int argc, char **argv)
{
	struct stress_result *r = calloc(1, sizeof(*r));
	int code = EXIT_SYSTEM, error;
	char why[512];

	if (!r) {
		say("no memory");
		return code;
	}
	error = run(o, r, why, sizeof(why));
	code = error ? load_fail_tell(error, why) : report(o, r, argc, argv);
	if (load_key_lapsed(o))
		code = EXIT_CLAIM;
	free(r);
	return code;
}
