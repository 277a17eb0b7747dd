/* SPDX-License-Identifier: MIT */
#include "cli/load/options.h"

#include "cli/args/option.h"
#include "cli/args/parse.h"
#include "cli/args/usage.h"
#include "cli/load/against.h"
#include "cli/load/checks.h"
#include "cli/load/engine.h"
#include "cli/load/mode/stress.h"
#include "cli/load/names.h"
#include "cli/load/pace.h"
#include "cli/load/peer/consent.h"
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
#define STRESS_NS      20000000000u /* all of it */

enum key {
	KEY_FLOOD = 0x100,
	KEY_WINDOW,
	KEY_IN_FLIGHT,
	KEY_TRAIN,
	KEY_GRO,
	KEY_CPUS,
	KEY_SEED,
	KEY_CONSENT,
	KEY_NETNS,
	KEY_KEY,
	KEY_KEY_ADDRESS,
	KEY_CONTENT,
	KEY_SPIN,
	KEY_ENGINE,
	KEY_CSV,
	KEY_HISTOGRAM,
	KEY_PAYLOAD,
	KEY_AGAINST,
	KEY_STAGES,
	KEY_STRESS,
	KEY_SCENARIO,
	KEY_PRINT,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "How much:", 1},
	{"length", 'l', "BYTES", LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Payload of a datagram, 0 to 65507, or 65527 on IPv6 (default "
		"64); below 32 there is no room for a number, and replies are "
		"counted only. Or a range (32-1472), imix, weights "
		"(64:7,576:4,1472:1), or @FILE with a size and a weight a line",
		0},
	{"content", KEY_CONTENT, "KIND", LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"What it is filled with: random (default), zeros or text", 0},
	{"flows", 'P', "N", LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"Sockets, each a flow of its own (default 8)", 0},
	{"threads", 'T', "N", LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"Threads that share the flows (default 1)", 0},
	{"flood", KEY_FLOOD, NULL,
		LOAD_CLOSED_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Send as fast as the kernel takes it; the default where the "
		"server is seen to be one that does not answer",
		0},
	{"window", KEY_WINDOW, "N",
		LOAD_CLOSED_LOOP | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_PCAP,
		"Datagrams in flight of a flow, a reply lets the next one go "
		"(default 8 trains, or 64 without trains)",
		0},
	{"in-flight", KEY_IN_FLIGHT, "N", LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Datagrams in flight of all flows together (default: what 16 "
		"may have, where --window is not said)",
		0},
	{"train", KEY_TRAIN, "N|off",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Datagrams of one send, by UDP_SEGMENT (default: the most that "
		"fit, at most 64)",
		0},
	{"gro", KEY_GRO, "on|off", 0,
		"Receive trains whole, by UDP_GRO (default on; off with "
		"--train off)",
		0},
	{"payload", KEY_PAYLOAD, "FILE",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Each datagram is what FILE holds, for a peer that wants more "
		"than any bytes; replies are counted",
		0},
	{"spin", KEY_SPIN, NULL, LOAD_NOT_STRESS,
		"Ask for replies over and over, and never sleep", 0},
	{"engine", KEY_ENGINE, "NAME", LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"How datagrams are sent and received: auto (default) or mmsg",
		0},
	{"stages", KEY_STAGES, NULL, LOAD_NOT_STRESS,
		"One datagram at a time, and its round trip split into the "
		"kernel's stages, by its time stamps",
		0},
	{"stress", KEY_STRESS, "NAME,...", OPTION_ARG_OPTIONAL,
		"What a stack is seldom sent, from every size to fragments "
		"that overlap, and what became of it; --stress=list prints "
		"what there is",
		0},
	{NULL, 0, NULL, 0, "Where:", 5},
	{"netns", KEY_NETNS, "NAME", 0,
		"Send from this network namespace, of those that ip netns "
		"lists",
		0},
	{NULL, '4', NULL, 0, "Resolve names to IPv4 only", 0},
	{NULL, '6', NULL, 0, "Resolve names to IPv6 only", 0},
	{"cpus", KEY_CPUS, "LIST", 0, "Pin the threads to these CPUs in turn",
		0},
	{"against", KEY_AGAINST, "KIND", LOAD_COMMAND_LINE_ONLY,
		"Say how to load a server of that kind which is not udpmill's: "
		"echo, discard, dns, text, other",
		0},
	{"peer-consents", KEY_CONSENT, NULL, LOAD_COMMAND_LINE_ONLY,
		"The peer is not this host, and its owner wants this traffic",
		0},
	{"key", KEY_KEY, "FILE", LOAD_COMMAND_LINE_ONLY,
		"Ask the peer whether it consents, and for its counters: "
		"serve --key there, with the key in FILE",
		0},
	{"key-address", KEY_KEY_ADDRESS, "HOST", LOAD_COMMAND_LINE_ONLY,
		"Behind a NAT: the address by which the peer sees this host",
		0},
	{NULL, 0, NULL, 0, "What is said:", 7},
	{"seed", KEY_SEED, "N", 0,
		"Number of the run, which is in every probe (default: drawn)",
		0},
	{"csv", KEY_CSV, "FILE",
		LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_SEARCH,
		"Write each interval there, as a line of CSV (- is stdout)", 0},
	{"histogram", KEY_HISTOGRAM, "FILE",
		LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_SEARCH,
		"Write the whole distribution of latency there, as "
		"HdrHistogram "
		"prints percentiles, or as JSON where FILE ends with .json",
		0},
	{"scenario", KEY_SCENARIO, "FILE", LOAD_COMMAND_LINE_ONLY,
		"Take options from there first, as lines of key = value", 0},
	{"print-scenario", KEY_PRINT, NULL, LOAD_COMMAND_LINE_ONLY,
		"Print all that a run would be, as such a file, and send "
		"nothing",
		0},
	{"quiet", 'q', NULL, LOAD_COMMAND_LINE_ONLY,
		"Print no progress: only the report, and what is wrong", 0},
	{"json", 'J', NULL, LOAD_COMMAND_LINE_ONLY, "Print the report as JSON",
		0},
	{0},
};

static uint32_t parse_train(const char *text)
{
	uint64_t v = 1;

	if (strcmp(text, "off") != 0 &&
		units_parse_count(&v, text, 1, TRAIN_SEND_SEGMENTS))
		usage_error("train",
			"\"%s\" is neither off nor a number from 1 to 64",
			text);
	return (uint32_t)v;
}

static error_t parse_where(int key, char *arg, struct argp_state *state)
{
	struct load_parsing *p = state->input;
	struct load_options *o = p->o;

	switch (key) {
	case '4':
	case '6':
		option_family(&p->family, key == '4' ? AF_INET : AF_INET6);
		return 0;
	case KEY_CPUS:
		p->cpus = arg;
		return 0;
	case KEY_AGAINST:
		load_against(arg);
		return 0;
	case KEY_NETNS:
		o->netns = arg;
		return 0;
	case KEY_CONSENT:
		o->peer_consents = true;
		return 0;
	case KEY_KEY:
		p->key = arg;
		return 0;
	case KEY_KEY_ADDRESS:
		p->key_address = arg;
		return 0;
	case KEY_SEED:
		o->config.run =
			(uint32_t)option_count("seed", arg, 1, UINT32_MAX);
		return 0;
	case KEY_CSV:
		o->csv = arg;
		return 0;
	case KEY_HISTOGRAM:
		o->histogram = arg;
		return 0;
	case KEY_SCENARIO: /* load_scenario_open() has read it */
		return 0;
	case KEY_PRINT:
		o->print_scenario = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'J':
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (p->peer)
			usage_error(NULL,
				"\"%s\" after \"%s\": one peer is loaded", arg,
				p->peer);
		p->peer = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
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
	case KEY_SPIN:
		c->spin = true;
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
		return 0;
	default:
		return parse_where(key, arg, state);
	}
}

static const struct argp_child children[] = {
	{&load_pace_argp, 0, NULL, 2},
	{&load_socket_argp, 0, NULL, 6},
	{&load_replay_argp, 0, NULL, 2},
	{&load_time_argp, 0, NULL, 3},
	{&load_checks_argp, 0, NULL, 4},
	{0},
};

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.args_doc = "HOST:PORT",
	.doc = "Send numbered datagrams, check what comes back, and account "
	       "for every one.\v"
	       "Ends with a ledger: what was sent was answered, absorbed, "
	       "dropped or refused, by named causes, or is unexplained, and "
	       "then the exit code is 1. The causes come from the counters of "
	       "a udpmill server on this host; of another server the ledger "
	       "knows what the client knows.",
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
				.train = TRAIN_SEND_SEGMENTS,
				.time_ns = 10000000000u,
				.omit_ns = 300000000u,
				.interval_ns = 1000000000u,
				.socket.rcvbuf = DEFAULT_BUFFER,
				.socket.sndbuf = DEFAULT_BUFFER,
			},
	};
	/* Parsing puts it into another order. */
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
		usage_error(NULL, "no peer is named; HOST:PORT would do");
	if (o->netns)
		load_go_there(o->netns);
	option_peer(&o->config.socket.remote, p.peer, p.family);
	/* Its own sockets, of IPv4, reach it as well. */
	address_unmap(&o->config.socket.remote);
	load_refuse(&p);
	if (o->stages || o->stress)
		o->config.flows = o->config.threads = 1;
	if (o->stress && !load_said(&p, "time"))
		o->config.time_ns = STRESS_NS;
	load_socket_plan(&p.socket);
	if (o->json &&
		((o->csv && strcmp(o->csv, "-") == 0) ||
			(o->histogram && strcmp(o->histogram, "-") == 0)))
		usage_clash("json", "--json and a file called -: both want "
				    "standard output; a name would be right");
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
