/* SPDX-License-Identifier: MIT */
#include "cli/load/kind/stress.h"

#include "cli/args/usage.h"
#include "cli/load/kind/kinds.h"
#include "cli/load/peer/peer.h"
#include "cli/load/report/stress.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/print/text.h"
#include "cli/process/privilege.h"
#include "load/stress/stress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	printf("\nroot: CAP_NET_RAW, and a peer on this host or in one of its "
	       "namespaces.\n");
	exit(EXIT_OK);
}

static uint32_t find(const char *name)
{
	for (uint32_t i = 0; i < STRESS_COUNT; i++)
		if (strcmp(stress_table[i]->name, name) == 0)
			return 1u << i;
	return 0;
}

char *load_stress_list(void)
{
	const char *names[STRESS_COUNT + 2] = {NULL};

	for (size_t i = 0; i < STRESS_COUNT; i++)
		names[i] = stress_table[i]->name;
	names[STRESS_COUNT] = "list";
	return strdup(text_list(names, " or "));
}

uint32_t load_stress_parse(const char *names)
{
	char *copy, *rest, *name;
	uint32_t chosen = 0;

	if (!names)
		return (1u << STRESS_COUNT) - 1;
	if (strcmp(names, "list") == 0)
		print_table();
	copy = strdup(names);
	for (name = copy ? strtok_r(copy, ",", &rest) : NULL; name;
		name = strtok_r(NULL, ",", &rest)) {
		uint32_t bit = find(name);

		if (!bit && strcmp(name, "list") == 0)
			usage_error("stress",
				"\"list\" goes alone, as in --stress=list");
		if (!bit)
			usage_error("stress",
				"there is no \"%s\"; --stress=list prints the "
				"choices",
				name);
		chosen |= bit;
	}
	free(copy);
	if (!chosen)
		usage_error("stress",
			"\"%s\" names no stress; --stress=list prints the "
			"choices",
			names);
	return chosen;
}

struct stresses {
	atomic_bool interrupted;
	struct stress_result result;
};

static void stop(void *state)
{
	atomic_store(&((struct stresses *)state)->interrupted, true);
}

/* A terminal gets one line that is rewritten; a file gets a line for each case
 * that is done. */
static void progress(void *arg, const struct stress_row *row, bool done)
{
	bool terminal = style_terminal(stderr);
	const struct load_job *job = arg;

	if (job->options->quiet)
		return;
	if (terminal)
		fputs("\r\033[K", stderr);
	if (done == terminal || row->verdict == STRESS_SKIPPED)
		return;
	stress_print_progress(stderr, row);
	fputs(done ? "\n" : "", stderr);
}

static uint64_t keep(const struct load_job *job)
{
	uint64_t sockets = privilege_sockets();

	return job->options->config.server_netns
		       ? sockets | privilege_namespaces()
		       : sockets;
}

static int run(struct load_job *job, char *why, size_t why_bytes)
{
	struct load_options *o = job->options;
	const struct load_config *c = &o->config;
	struct stresses *s = job->state;
	struct load_receiver to;
	struct stress_config config = {
		.socket = c->socket,
		.replies = c->replies,
		.own = o->own,
		.server_apart = c->server_apart,
		.server_netns = c->server_netns,
		.chosen = o->stress,
		.time_ns = c->time_ns,
		.run = c->run,
		.interrupted = &s->interrupted,
		.server = load_kind_server(job),
		.progress = progress,
		.arg = job,
	};

	config.socket.gro = false;
	/* The stresses open many sockets, which cannot share one port. */
	if (config.socket.bind.sa.sa_family)
		address_set_port(&config.socket.bind, 0);
	load_peer_receiver(o, &to);
	config.peer_rcvbuf = to.rcvbuf;
	return stress_run(&config, &s->result, why, why_bytes);
}

static int print(struct load_job *job)
{
	const struct load_options *o = job->options;
	const struct stress_result *r =
		&((struct stresses *)job->state)->result;

	if (o->json)
		return stress_print_json(stdout, o, r);
	stress_print_text(stdout, o, r, style_on(stdout));
	return 0;
}

static int judge(struct load_job *job)
{
	const struct stress_result *r =
		&((struct stresses *)job->state)->result;
	char peer[ADDRESS_TEXT];

	if (r->server_gone)
		return say_failed(EXIT_NO_PEER,
			"%s: the server ended, or no longer answers",
			address_format(
				&job->options->config.socket.remote, peer));
	return r->verdicts[STRESS_FAILED] ? EXIT_CLAIM : EXIT_OK;
}

const struct load_kind load_kind_stress = {
	.one_thread = true,
	.state_bytes = sizeof(struct stresses),
	.keep = keep,
	.stop = stop,
	.run = run,
	.print = print,
	.judge = judge,
};
