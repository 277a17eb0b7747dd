/* SPDX-License-Identifier: MIT */
#include "cli/serve/options.h"

#include "cli/args/busy_poll.h"
#include "cli/args/listing.h"
#include "cli/args/metrics.h"
#include "cli/args/option.h"
#include "cli/args/parse.h"
#include "cli/args/ready_fd.h"
#include "cli/args/usage.h"
#include "cli/print/say.h"
#include "cli/serve/connected.h"
#include "cli/serve/copy.h"
#include "cli/serve/plan.h"
#include "cli/serve/values.h"
#include "cli/serve/zerocopy.h"
#include "service/registry.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#define DEFAULT_BATCH  32
#define DEFAULT_BUFFER (4u << 20)
#define WORKERS_MAX    1024

enum key {
	KEY_SERVICE = 0x100,
	KEY_BACKEND,
	KEY_DEVICE,
	KEY_XDP_MODE,
	KEY_WORKERS,
	KEY_CPUS,
	KEY_STEER,
	KEY_BATCH,
	KEY_TRAINS,
	KEY_GRO,
	KEY_SPIN,
	KEY_BURN,
	KEY_BURN_ROUNDS,
	KEY_MARKS,
	KEY_COPY,
	KEY_ZEROCOPY_FROM,
	KEY_CONNECTED,
	KEY_CONNECTED_IDLE,
	KEY_RCVBUF,
	KEY_SNDBUF,
	KEY_COUNT,
	KEY_COUNTERS,
	KEY_ALLOW,
	KEY_KEY,
	KEY_KEY_ADDRESS,
	KEY_METRICS,
	KEY_READY_FILE,
	KEY_READY_FD,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Service:", 1},
	{"service", KEY_SERVICE, "NAME", 0, "(filled in by help())", 0},
	{"allow", KEY_ALLOW, "CIDR", 0,
		"Allow longer replies to this source, whatever its port; may "
		"be repeated (default 127.0.0.0/8 and ::1)",
		0},
	{"key", KEY_KEY, "FILE", 0,
		"Let whoever holds the key in FILE load this server from other "
		"hosts and read its counters (load --key)",
		0},
	{"key-address", KEY_KEY_ADDRESS, "HOST:PORT", 0,
		"Behind a NAT: another address at which holders of the key "
		"reach this server; may be repeated",
		0},
	{"count", KEY_COUNT, "N", 0,
		"Stop after N datagrams; those that arrived with the last one "
		"are still answered",
		0},
	{"time", 't', "TIME", 0, "Stop after TIME (10s, 500ms, 2m)", 0},
	{NULL, '4', NULL, 0, "Resolve names to IPv4 only", 0},
	{NULL, '6', NULL, 0, "IPv6 only: [::] then accepts no IPv4", 0},
	{NULL, 0, NULL, 0, "Operation:", 2},
	{"backend", KEY_BACKEND, "NAME", 0, "(filled in by help())", 0},
	{"device", KEY_DEVICE, "NAME", 0,
		"With --backend xdp: the network device (default: the one that "
		"has the address)",
		0},
	{"xdp-mode", KEY_XDP_MODE, "native|generic", 0,
		"With --backend xdp: by the device's driver, or by the kernel "
		"for any driver (default: native, or generic if the driver "
		"cannot)",
		0},
	{"workers", KEY_WORKERS, "N", 0,
		"Threads for each port, each with its own socket (default: the "
		"number of CPUs allowed)",
		0},
	{"cpus", KEY_CPUS, "LIST|auto", 0,
		"Pin the workers to these CPUs in turn (0-3,8); auto: one of "
		"each core first, near the device that has the address",
		0},
	{"steer", KEY_STEER, "NAME", 0, "(filled in by help())", 0},
	{"batch", KEY_BATCH, "N", 0,
		"Most trains that one receive takes (default 32)", 0},
	{"trains", KEY_TRAINS, "on|off", 0,
		"Send replies to one peer together, by UDP_SEGMENT (default "
		"on)",
		0},
	{"gro", KEY_GRO, "on|off", 0,
		"Receive trains whole, by UDP_GRO (default on)", 0},
	{"spin", KEY_SPIN, "USEC", OPTION_ARG_OPTIONAL,
		"Never sleep, but poll for datagrams all the time: the lowest "
		"latency, at the cost of a whole CPU for each worker; with "
		"=USEC (50), poll up to so many microseconds before a sleep, "
		"where that pays",
		0},
	{"connected", KEY_CONNECTED, NULL, 0,
		"Open a socket for each peer, connected to it, as servers of "
		"QUIC do",
		0},
	{"connected-idle", KEY_CONNECTED_IDLE, "TIME", 0,
		"Close such a socket after TIME without a datagram (default "
		"30s)",
		0},
	{"copy", KEY_COPY, "all|header|none", 0,
		"How much of each datagram to copy from the kernel: all "
		"(default), what the program looks at, or nothing",
		0},
	{"zerocopy-from", KEY_ZEROCOPY_FROM, "BYTES", 0,
		"With --backend uring: send replies and trains of BYTES or "
		"more without copying them, for network cards (default: copy "
		"all)",
		0},
	/* For "udpmill perf selftest", which needs a server that is slower by a
	 * known amount. */
	{"burn", KEY_BURN, "NS", OPTION_HIDDEN,
		"Waste this many nanoseconds for each datagram", 0},
	/* For "udpmill perf count": by a known number of instructions. */
	{"burn-rounds", KEY_BURN_ROUNDS, "N", OPTION_HIDDEN,
		"Waste this many rounds of a loop for each datagram", 0},
	{"marks", KEY_MARKS, "on|off", 0,
		"Count the marks that datagrams arrive with: ECN, DSCP, TTL "
		"(default off)",
		0},
	{"rcvbuf", KEY_RCVBUF, "SIZE", 0,
		"Receive buffer of each socket (default 4Mi)", 0},
	{"sndbuf", KEY_SNDBUF, "SIZE", 0,
		"Send buffer of each socket (default 4Mi)", 0},
	{NULL, 0, NULL, 0, "Output:", 3},
	{"counters", KEY_COUNTERS, "FILE|none", 0,
		"Export the counters to FILE (default /dev/shm/udpmill.PID), "
		"or not at all",
		0},
	{"metrics", KEY_METRICS, "ADDRESS", 0,
		"Answer scrapers such as Prometheus at ADDRESS, [HOST:]PORT or "
		"unix:PATH; HOST defaults to 127.0.0.1",
		0},
	{"ready-file", KEY_READY_FILE, "FILE", 0,
		"Write the bound addresses to FILE, one a line, once datagrams "
		"are answered; an existing file is removed at the start",
		0},
	{"ready-fd", KEY_READY_FD, "N", 0,
		"Write the bound addresses to this open descriptor, 3 or "
		"above, once datagrams are answered, and close it",
		0},
	{"verbose", 'v', NULL, 0, "Print what each client says", 0},
	{"json", 'J', NULL, 0,
		"Print the options and the final counters as JSON on stdout",
		0},
	{0},
};

static void add_text(struct serve_parsing *p, char *arg)
{
	option_not_spin(p->o->server.spin_ns, arg);
	if (p->text_count == sizeof(p->texts) / sizeof(p->texts[0]))
		usage_error(NULL,
			"there are more than %u addresses to listen at",
			p->text_count);
	p->texts[p->text_count++] = arg;
}

static void add_key_address(struct serve_parsing *p, char *arg)
{
	if (p->key_address_count == SERVE_KEY_ADDRESSES)
		usage_error("key-address", "it may be given at most %u times",
			SERVE_KEY_ADDRESSES);
	p->key_addresses[p->key_address_count++] = arg;
}

static error_t parse_how(int key, char *arg, struct argp_state *state)
{
	struct serve_parsing *p = state->input;
	struct server_config *s = &p->o->server;

	switch (key) {
	case KEY_BACKEND:
		p->backend = arg;
		return 0;
	case KEY_DEVICE:
		s->device = arg;
		return 0;
	case KEY_XDP_MODE:
		option_xdp_mode(
			"xdp-mode", arg, &s->xdp_native, &s->xdp_generic);
		return 0;
	case KEY_WORKERS:
		p->workers = option_count("workers", arg, 1, WORKERS_MAX);
		return 0;
	case KEY_CPUS:
		p->cpus = arg;
		return 0;
	case KEY_STEER:
		p->steer = arg;
		return 0;
	case KEY_BATCH:
		s->batch = (uint32_t)option_count(
			"batch", arg, 1, BATCH_CAPACITY_MAX);
		return 0;
	case KEY_TRAINS:
		s->trains = option_switch("trains", arg);
		return 0;
	case KEY_GRO:
		s->gro = option_switch("gro", arg);
		return 0;
	case KEY_SPIN:
		s->spin_ns = arg ? option_spin("spin", arg) : SPIN_ALWAYS;
		return 0;
	case KEY_BURN:
		s->burn_ns = serve_parse_burn(arg);
		return 0;
	case KEY_BURN_ROUNDS:
		s->burn_rounds = (uint32_t)option_count(
			"burn-rounds", arg, 1, BURN_ROUNDS_MAX);
		return 0;
	case KEY_MARKS:
		s->marks = option_switch("marks", arg);
		return 0;
	case KEY_CONNECTED:
		p->connected = true;
		return 0;
	case KEY_CONNECTED_IDLE:
		serve_connected_idle(p, arg);
		return 0;
	case KEY_COPY:
		serve_copy_parse(p->o, arg);
		return 0;
	case KEY_ZEROCOPY_FROM:
		serve_zerocopy_parse(s, arg);
		return 0;
	case KEY_RCVBUF:
		s->rcvbuf = option_buffer("rcvbuf", arg);
		return 0;
	case KEY_SNDBUF:
		s->sndbuf = option_buffer("sndbuf", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct serve_parsing *p = state->input;
	struct serve_options *o = p->o;

	switch (key) {
	case KEY_SERVICE:
		o->server.service = serve_parse_service(arg);
		return 0;
	case KEY_ALLOW:
		serve_parse_allow(o, arg);
		return 0;
	case KEY_KEY:
		p->key = arg;
		return 0;
	case KEY_KEY_ADDRESS:
		add_key_address(p, arg);
		return 0;
	case KEY_COUNT:
		o->server.count = option_count("count", arg, 1, INT64_MAX);
		return 0;
	case 't':
		o->time_ns = option_time("time", arg, false);
		return 0;
	case '4':
		option_family(&p->family, AF_INET);
		return 0;
	case '6':
		option_family(&p->family, AF_INET6);
		return 0;
	case KEY_COUNTERS:
		o->server.counters = arg;
		return 0;
	case KEY_METRICS:
		metrics_place_parse(&o->metrics, arg);
		return 0;
	case KEY_READY_FILE:
		o->ready_file = arg;
		return 0;
	case KEY_READY_FD:
		o->ready_fd = ready_fd_parse(arg);
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case 'J':
		o->json = true;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->server.busy_poll;
		return 0;
	case ARGP_KEY_ARG:
		add_text(p, arg);
		return 0;
	default:
		return parse_how(key, arg, state);
	}
}

/* Filled in from the tables, so that a new entry shows up here by itself. */
static char *help(int key, const char *text, void *input)
{
	const char *names = NULL;

	(void)input;
	if (key == KEY_SERVICE)
		names = serve_services(" (default)", " or ");
	else if (key == KEY_BACKEND)
		names = serve_backends(" (default)", " or ");
	else if (key == KEY_STEER)
		names = serve_steers(" (default)", " or ");
	else if (key == OPTION_VALUES(KEY_STEER))
		names = serve_steers("", " or ");
	else if (key == OPTION_VALUES(KEY_SERVICE))
		names = serve_services("", " or ");
	else if (key == OPTION_VALUES(KEY_BACKEND))
		names = serve_backends("", " or ");
	/* argp frees a text that is not the original one. */
	return names ? strdup(names) : (char *)text;
}

static const struct argp_child children[] = {
	{&busy_poll_argp, 0, NULL, 2}, {0}};

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.help_filter = help,
	.args_doc = "[[HOST:]PORT...]",
	.doc = "Answer datagrams and count them.\vHOST defaults to 127.0.0.1; "
	       "* is every IPv4 address, and [::] every IPv6 and IPv4 address. "
	       "PORT is a number, a service name, or 0 for any free port; it "
	       "defaults to 1060. Each port has its own workers.\n\nOn SIGINT, "
	       "SIGTERM or SIGHUP the server answers what has arrived and "
	       "prints the final counters; a second SIGINT or SIGTERM ends it "
	       "at once.",
};

void serve_options_parse(struct serve_options *o, int argc, char **argv)
{
	struct serve_parsing p = {.o = o, .family = AF_UNSPEC};

	*o = (struct serve_options){
		.server =
			{
				.service = service_table[0],
				.batch = DEFAULT_BATCH,
				.trains = true,
				.gro = true,
				.rcvbuf = DEFAULT_BUFFER,
				.sndbuf = DEFAULT_BUFFER,
			},
		.ready_fd = -1,
	};
	if (verb_parse(&argp, argc, argv, &p))
		exit(EXIT_USAGE);
	if (o->server.burn_ns > 0 && o->server.burn_rounds)
		usage_clash("burn", "--burn and --burn-rounds exclude each "
				    "other; give one of them");
	if (!o->server.allow_count) {
		serve_parse_allow(o, (char[]){"127.0.0.0/8"});
		serve_parse_allow(o, (char[]){"::1"});
	}
	serve_plan(&p);
}

void serve_options_free(struct serve_options *o)
{
	free(o->listen);
	free(o->allow);
	free(o->placement);
	explicit_bzero(&o->key, sizeof(o->key));
	*o = (struct serve_options){0};
}
