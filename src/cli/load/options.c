/* SPDX-License-Identifier: MIT */
#include "cli/load/options.h"

#include "cli/args/busy_poll.h"
#include "cli/args/listing.h"
#include "cli/args/option.h"
#include "cli/args/parse.h"
#include "cli/args/usage.h"
#include "cli/load/checks.h"
#include "cli/load/engine.h"
#include "cli/load/kind/stress.h"
#include "cli/load/names.h"
#include "cli/load/output.h"
#include "cli/load/pace.h"
#include "cli/load/peer/consent.h"
#include "cli/load/place.h"
#include "cli/load/plan.h"
#include "cli/load/refuse.h"
#include "cli/load/scenario_print.h"
#include "cli/load/time.h"
#include "cli/print/say.h"
#include "cli/process/exit.h"
#include "core/train.h"
#include "core/units.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_LENGTH "64"
#define DEFAULT_FLOWS  8
#define DEFAULT_BUFFER (8u << 20)
#define WINDOW_MAX     1000000
#define STRESS_NS      20000000000u /* the whole run */

enum key {
	KEY_FLOOD = 0x100,
	KEY_WINDOW,
	KEY_IN_FLIGHT,
	KEY_TRAIN,
	KEY_GRO,
	KEY_CONTENT,
	KEY_SPIN,
	KEY_ENGINE,
	KEY_ZEROCOPY_FROM,
	KEY_PAYLOAD,
	KEY_STAGES,
	KEY_STRESS,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Workload:", 1},
	{"length", 'l', "BYTES", LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Payload bytes of a datagram, 0 to 65507, or 65527 on IPv6 "
		"(default 64); below 32 there is no room for a number, so "
		"replies are only counted. Or a range (32-1472), imix, weights "
		"(64:7,576:4,1472:1), or @FILE with a size and a weight on "
		"each line",
		0},
	{"content", KEY_CONTENT, "random|zeros|text",
		LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"What to fill datagrams with (default random)", 0},
	{"flows", 'P', "N", LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"Number of flows, each with its own socket (default 8)", 0},
	{"threads", 'T', "N",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_COUNTED,
		"Threads that share the flows (default 1)", 0},
	{"flood", KEY_FLOOD, NULL,
		LOAD_CLOSED_LOOP | LOAD_OPEN_LOOP | LOAD_NOT_STAGES |
			LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Send as fast as the kernel accepts datagrams; the default if "
		"the server is known not to reply",
		0},
	{"window", KEY_WINDOW, "N",
		LOAD_CLOSED_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Datagrams that each flow has in flight; a reply lets the next "
		"one leave (default 8 trains, or 64 without trains)",
		0},
	{"in-flight", KEY_IN_FLIGHT, "N",
		LOAD_OF_CLOSED_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Datagrams that all flows together have in flight (default: "
		"the windows of 16 flows, unless --window is given)",
		0},
	{"train", KEY_TRAIN, "N|off",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Datagrams in one send, by UDP_SEGMENT (default: as many as "
		"fit and the kernel takes, at most 128)",
		0},
	{"gro", KEY_GRO, "on|off", 0,
		"Receive trains whole, by UDP_GRO (default on; off with "
		"--train off)",
		0},
	{"payload", KEY_PAYLOAD, "FILE",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Send the contents of FILE as each datagram, for a peer that "
		"needs a specific payload; replies are counted, not checked",
		0},
	{"spin", KEY_SPIN, "USEC", OPTION_ARG_OPTIONAL | LOAD_NOT_STRESS,
		"Poll for replies all the time, and never sleep; with =USEC "
		"(50), poll up to so many microseconds before a sleep, where "
		"that pays",
		0},
	{"engine", KEY_ENGINE, "NAME", LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"(filled in by help())", 0},
	{"zerocopy-from", KEY_ZEROCOPY_FROM, "BYTES",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"With --engine uring: send datagrams and trains of BYTES or "
		"more without copying them (default: from 4096 on, until the "
		"kernel copies one after all)",
		0},
	{"stages", KEY_STAGES, NULL, LOAD_NOT_STRESS,
		"Send one datagram at a time, and split its round trip into "
		"the kernel's stages, by time stamps",
		0},
	{"stress", KEY_STRESS, "NAME,...", OPTION_ARG_OPTIONAL,
		"Send rare traffic, from every size to overlapping fragments, "
		"and report how it was handled; --stress=list prints the "
		"choices",
		0},
	{0},
};

static uint32_t parse_train(const char *text)
{
	uint64_t v = 1;

	if (strcmp(text, "off") != 0 &&
		units_parse_count(&v, text, 1, TRAIN_SEGMENTS_MOST))
		usage_error("train",
			"\"%s\" is neither off nor a number from 1 to %u", text,
			TRAIN_SEGMENTS_MOST);
	return (uint32_t)v;
}

static void take_peer(struct load_parsing *p, const char *name)
{
	option_not_spin(p->o->config.spin_ns, name);
	if (p->peer)
		usage_error(NULL,
			"\"%s\" after \"%s\": only one peer can be loaded",
			name, p->peer);
	p->peer = name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_parsing *p = state->input;
	struct load_config *c = &p->o->config;

	switch (key) {
	case 'l':
		p->length = arg;
		return 0;
	case 'P':
		c->flows =
			(uint32_t)option_count("flows", arg, 1, LOAD_FLOWS_MAX);
		return 0;
	case 'T':
		c->threads = (uint32_t)option_count(
			"threads", arg, 1, LOAD_THREADS_MAX);
		return 0;
	case KEY_FLOOD:
		p->flood = true;
		return 0;
	case KEY_WINDOW:
		c->window =
			(uint32_t)option_count("window", arg, 1, WINDOW_MAX);
		return 0;
	case KEY_IN_FLIGHT:
		c->in_flight =
			(uint32_t)option_count("in-flight", arg, 1, UINT32_MAX);
		return 0;
	case KEY_TRAIN:
		c->train = parse_train(arg);
		return 0;
	case KEY_STAGES:
		p->o->stages = true;
		return 0;
	case KEY_STRESS:
		p->o->stress = load_stress_parse(arg);
		return 0;
	case KEY_ENGINE:
		c->engine = load_engine_parse(arg);
		return 0;
	case KEY_ZEROCOPY_FROM:
		c->zerocopy_from = load_zerocopy_parse(arg);
		return 0;
	case KEY_SPIN:
		c->spin_ns = arg ? option_spin("spin", arg) : SPIN_ALWAYS;
		return 0;
	case KEY_GRO:
		c->socket.gro = option_switch("gro", arg);
		return 0;
	case KEY_CONTENT:
		c->content = (enum content_kind)option_word(
			"content", arg, load_content_names);
		return 0;
	case KEY_PAYLOAD:
		p->payload = arg;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &p->pace;
		state->child_inputs[1] = &p->socket;
		state->child_inputs[2] = &p->o->replay;
		state->child_inputs[3] = p;
		state->child_inputs[4] = p;
		state->child_inputs[5] = p;
		state->child_inputs[6] = p;
		state->child_inputs[7] = &c->socket.busy_poll;
		return 0;
	case ARGP_KEY_ARG:
		take_peer(p, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{&load_pace_argp, 0, NULL, 2},
	{&load_socket_argp, 0, NULL, 6},
	{&load_replay_argp, 0, NULL, 2},
	{&load_time_argp, 0, NULL, 3},
	{&load_checks_argp, 0, NULL, 4},
	{&load_place_argp, 0, NULL, 5},
	{&load_output_argp, 0, NULL, 7},
	{&busy_poll_argp, 0, NULL, 5}, /* its heading adds one */
	{0},
};

/* From the tables, so that a new entry is listed too. argp frees a copy. */
static char *help(int key, const char *text, void *input)
{
	(void)input;
	switch (key) {
	case KEY_ENGINE:
		return load_engine_help();
	case OPTION_VALUES(KEY_ENGINE):
		return load_engine_list();
	case OPTION_VALUES(KEY_STRESS):
		return load_stress_list();
	default:
		return (char *)text;
	}
}

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.help_filter = help,
	.args_doc = "HOST:PORT",
	.doc = "Send numbered datagrams, check what comes back, and account "
	       "for every one.\vThe report ends with a ledger: each datagram "
	       "sent was answered, absorbed, dropped or refused, with a named "
	       "cause, or is unexplained, and then the exit code is 1. The "
	       "causes come from the counters of a udpmill server on this "
	       "host; for any other server the ledger has only what the client "
	       "knows.",
};

void load_options_parse(struct load_options *o, int argc, char **argv)
{
	struct load_parsing p = {
		.o = o, .family = AF_UNSPEC, .length = DEFAULT_LENGTH};

	*o = (struct load_options){
		.config =
			{
				.flows = DEFAULT_FLOWS,
				.threads = 1,
				.time_ns = 10000000000u,
				.omit_ns = 300000000u,
				.interval_ns = 1000000000u,
				.socket.rcvbuf = DEFAULT_BUFFER,
				.socket.sndbuf = DEFAULT_BUFFER,
			},
	};
	/* Parsing reorders argv. */
	o->argc = argc;
	o->argv = calloc((size_t)argc + 1, sizeof(*o->argv));
	if (!o->argv)
		say_exit(EXIT_SYSTEM, "no memory");
	memcpy(o->argv, argv, (size_t)argc * sizeof(*o->argv));
	p.socket.config = &o->config;
	load_scenario_open(&o->scenario, &argp, argc, argv, &p);
	if (verb_parse(&argp, argc, argv, &p))
		exit(EXIT_USAGE);
	if (!p.peer)
		usage_error(NULL, "no peer is named; give HOST:PORT");
	if (o->netns)
		load_go_there(o->netns);
	option_peer(&o->config.socket.remote, p.peer, p.family);
	/* IPv4 sockets reach a v4-mapped address as well. */
	address_unmap(&o->config.socket.remote);
	load_refuse(&p);
	if (o->stages || o->stress)
		o->config.flows = o->config.threads = 1;
	if (o->stress && !load_said(&p, "time"))
		o->config.time_ns = STRESS_NS;
	load_time_plan(&p);
	load_socket_plan(&p.socket);
	if (o->json &&
		((o->csv && strcmp(o->csv, "-") == 0) ||
			(o->csv_steps && strcmp(o->csv_steps, "-") == 0) ||
			(o->histogram && strcmp(o->histogram, "-") == 0)))
		usage_clash("json",
			"--json and a file named - would both write to "
			"standard output; give the file another name");
	load_plan(&p);
	if (o->print_scenario)
		load_scenario_print(stdout, &p);
}

void load_options_free(struct load_options *o)
{
	remote_close(o->remote);
	load_view_close(&o->view);
	load_replay_fini(&o->replay);
	free(o->argv);
	free(o->payload);
	o->payload = NULL;
	load_scenario_close(&o->scenario);
}
