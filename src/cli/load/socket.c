/* SPDX-License-Identifier: MIT */
#include "cli/load/socket.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "cli/load/names.h"
#include "cli/load/scenario.h"
#include "core/reply_ttl.h"
#include "core/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define LIFETIME_LEAST_NS 1000000u

enum key {
	KEY_RCVBUF = 0x300,
	KEY_SNDBUF,
	KEY_PORTS,
	KEY_DEVICE,
	KEY_DSCP,
	KEY_ECN,
	KEY_TTL,
	KEY_DONTFRAG,
	KEY_PACING,
	KEY_LIFETIME,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Sockets:", 6},
	{"bind", 'B', "ADDRESS[-ADDRESS]", 0,
		"Send from this address, or from each of a range in turn", 0},
	{"source-ports", KEY_PORTS, "FIRST-LAST", LOAD_NOT_STRESS,
		"Send from these ports in turn (default: the kernel chooses)",
		0},
	{"flow-lifetime", KEY_LIFETIME, "TIME",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_PCAP |
			LOAD_NOT_COUNTED,
		"Replace each flow at this age by a new one with its own "
		"socket and port (default: flows last as long as the run)",
		0},
	{"device", KEY_DEVICE, "NAME", 0, "Send through this interface only",
		0},
	{"rcvbuf", KEY_RCVBUF, "SIZE", 0,
		"Receive buffer of each flow (default 8Mi)", 0},
	{"sndbuf", KEY_SNDBUF, "SIZE", 0,
		"Send buffer of each flow (default 8Mi)", 0},
	{"dscp", KEY_DSCP, "N|NAME", 0,
		"Mark with this code point: 0 to 63, ef, cs0 to cs7, af11 to "
		"af43, le",
		0},
	{"ecn", KEY_ECN, "not-ect|ect0|ect1|ce", 0,
		"Send with this ECN mark (default not-ect)", 0},
	{"ttl", KEY_TTL, "N", 0, "Time to live, or hop limit, 1 to 128 or 255",
		0},
	{"dont-fragment", KEY_DONTFRAG, NULL, LOAD_NOT_STRESS,
		"Send nothing that the path would have to fragment", 0},
	{"kernel-pacing", KEY_PACING, "BITS[/s]|txtime",
		LOAD_NOT_STAGES | LOAD_NOT_PCAP,
		"Let qdisc fq limit the rate of each flow "
		"(SO_MAX_PACING_RATE), headers included; or let qdisc fq or "
		"etf time each departure of an open loop (SO_TXTIME)",
		0},
	{0},
};

static const struct {
	const char *name;
	uint8_t value;
} code_points[] = {
	{"le", 1},           /* RFC 8622 */
	{"ef", 46},          /* RFC 3246 */
	{"voice-admit", 44}, /* RFC 5865 */
};

/* csN is N x 8 (RFC 2474), afXY is X x 8 + Y x 2 (RFC 2597). */
static int parse_class(const char *text)
{
	if (strncmp(text, "cs", 2) == 0 && text[2] >= '0' && text[2] <= '7' &&
		!text[3])
		return (text[2] - '0') * 8;
	if (strncmp(text, "af", 2) == 0 && text[2] >= '1' && text[2] <= '4' &&
		text[3] >= '1' && text[3] <= '3' && !text[4])
		return (text[2] - '0') * 8 + (text[3] - '0') * 2;
	for (size_t i = 0; i < sizeof(code_points) / sizeof(code_points[0]);
		i++)
		if (strcmp(text, code_points[i].name) == 0)
			return code_points[i].value;
	return -1;
}

static uint8_t parse_dscp(const char *text)
{
	int named = parse_class(text);
	uint64_t v;

	if (named >= 0)
		return (uint8_t)named;
	if (units_parse_count(&v, text, 0, 63))
		usage_error("dscp",
			"\"%s\" is not a code point; try 46, ef, cs1 or af41",
			text);
	return (uint8_t)v;
}

static uint64_t parse_pacing(const char *text)
{
	size_t n = strlen(text);
	char number[64];
	uint64_t v;

	if (n > 2 && strcmp(text + n - 2, "/s") == 0)
		n -= 2;
	snprintf(number, sizeof(number), "%.*s", (int)n, text);
	if (n >= sizeof(number) || units_parse_size(&v, number) || v < 8)
		usage_error("kernel-pacing",
			"\"%s\" is neither a rate nor txtime; try 100M or 2.5G",
			text);
	return v / 8;
}

static uint64_t parse_lifetime(const char *text)
{
	uint64_t ns = option_time("flow-lifetime", text, false);

	if (ns < LIFETIME_LEAST_NS)
		usage_error("flow-lifetime",
			"\"%s\" is less than 1ms, the shortest lifetime that "
			"is allowed",
			text);
	return ns;
}

/* core/reply_ttl.h explains which values. */
static uint8_t parse_ttl(const char *text)
{
	uint64_t ttl = option_count("ttl", text, 1, UINT8_MAX);

	if (reply_ttl_may_become((unsigned)ttl))
		usage_error("ttl",
			"servers take what arrives with %u to %u for another "
			"server's reply and do not answer it; use up to %u, or "
			"%u",
			REPLY_TTL_LEAST, REPLY_TTL, REPLY_TTL_LEAST - 1,
			UINT8_MAX);
	return (uint8_t)ttl;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_socket *s = state->input;
	struct load_config *c = s->config;

	switch (key) {
	case 'B':
		s->bind = arg;
		return 0;
	case KEY_PORTS:
		s->ports = arg;
		return 0;
	case KEY_DEVICE:
		c->socket.device = arg;
		return 0;
	case KEY_RCVBUF:
		c->socket.rcvbuf = option_buffer("rcvbuf", arg);
		return 0;
	case KEY_SNDBUF:
		c->socket.sndbuf = option_buffer("sndbuf", arg);
		return 0;
	case KEY_DSCP:
		c->socket.tos =
			(uint8_t)((c->socket.tos & 3) | parse_dscp(arg) << 2);
		return 0;
	case KEY_ECN:
		c->socket.tos =
			(uint8_t)((c->socket.tos & ~3) |
				  option_word("ecn", arg, load_ecn_names));
		return 0;
	case KEY_TTL:
		c->socket.ttl = parse_ttl(arg);
		return 0;
	case KEY_DONTFRAG:
		c->socket.dontfrag = true;
		return 0;
	case KEY_PACING:
		s->txtime = strcmp(arg, "txtime") == 0;
		c->socket.max_pacing_bytes = s->txtime ? 0 : parse_pacing(arg);
		return 0;
	case KEY_LIFETIME:
		c->flow_lifetime_ns = parse_lifetime(arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_socket_argp = {.options = options, .parser = parse};

/* The number of addresses from first to last, both included. */
static uint32_t count_addresses(
	const char *text, const union address *first, const union address *last)
{
	uint64_t n = address_distance(first, last);

	if (n == UINT64_MAX || n >= LOAD_FLOWS_MAX)
		usage_error("bind",
			"\"%s\" is not a range of at most %u addresses; try "
			"127.0.0.1-127.0.0.16",
			text, LOAD_FLOWS_MAX);
	return (uint32_t)n + 1;
}

static void plan_addresses(const struct load_socket *s)
{
	const char *dash = s->bind ? strchr(s->bind, '-') : NULL;
	struct load_config *c = s->config;
	union address last;
	char first[256];

	c->bind_count = 1;
	if (!s->bind)
		return;
	/* Only numeric addresses make a range, since names may contain a
	 * dash. */
	if (!dash || (!isdigit((unsigned char)dash[1]) && dash[1] != '[')) {
		option_bind(&c->socket.bind, s->bind, &c->socket.remote);
		return;
	}
	snprintf(first, sizeof(first), "%.*s", (int)(dash - s->bind), s->bind);
	option_bind(&c->socket.bind, first, &c->socket.remote);
	option_bind(&last, dash + 1, &c->socket.remote);
	c->bind_count = count_addresses(s->bind, &c->socket.bind, &last);
}

static void plan_ports(const struct load_socket *s)
{
	struct load_config *c = s->config;
	unsigned first, last;
	char rest;

	if (!s->ports)
		return;
	if (sscanf(s->ports, "%u-%u%c", &first, &last, &rest) != 2 ||
		first == 0 || first > last || last > UINT16_MAX)
		usage_error("source-ports",
			"\"%s\" is not a range of ports; try 20000-20999",
			s->ports);
	c->port_first = (uint16_t)first;
	c->port_count = last - first + 1;
	if ((uint64_t)(last - first + 1) * c->bind_count < c->flows)
		usage_error("source-ports",
			"%u flows need more than these %llu ports and "
			"addresses",
			c->flows,
			(unsigned long long)(last - first + 1) * c->bind_count);
}

static void refuse_one_port(const struct load_config *c)
{
	uint16_t port =
		c->socket.bind.sa.sa_family ? address_port(&c->socket.bind) : 0;

	if (!port || c->port_first)
		return;
	if (c->flow_lifetime_ns)
		usage_error("flow-lifetime",
			"a flow and its successor cannot both have port %u; "
			"use --source-ports",
			port);
	if (c->flows > c->bind_count)
		usage_error("bind",
			"%u flows cannot all have port %u; use --source-ports "
			"%u-%u or --flows %u",
			c->flows, port, port,
			(port + c->flows - 1) & UINT16_MAX, c->bind_count);
}

static void refuse_many_flows(const struct load_config *c)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 &&
		load_descriptors(c) > r.rlim_max)
		usage_error("flows",
			"%u flow%s and %u thread%s take up to %" PRIu64
			" descriptors, but the limit of open files is %" PRIu64
			" (ulimit -Hn); raise it%s",
			c->flows, c->flows == 1 ? "" : "s", c->threads,
			c->threads == 1 ? "" : "s", load_descriptors(c),
			(uint64_t)r.rlim_max,
			c->threads > 1 ? " or use fewer flows and threads"
			: c->flows > 1 ? " or use fewer flows"
				       : "");
}

/* A flow whose time is over keeps its socket until it is answered. */
static void refuse_many_sockets(const struct load_config *c)
{
	uint64_t sockets = load_sockets(c);
	struct rlimit r;

	if (!c->flow_lifetime_ns) {
		refuse_many_flows(c);
		return;
	}
	if (c->port_first && (uint64_t)c->port_count * c->bind_count < sockets)
		usage_error("source-ports",
			"%u flows of that lifetime have up to "
			"%" PRIu64
			" sockets at once, but there are only %" PRIu64
			" ports and addresses for them",
			c->flows, sockets,
			(uint64_t)c->port_count * c->bind_count);
	if (getrlimit(RLIMIT_NOFILE, &r) == 0 &&
		load_descriptors(c) > r.rlim_max)
		usage_error("flow-lifetime",
			"%u flows of that lifetime have up to "
			"%" PRIu64 " sockets at once, but the limit of open "
			"files is %" PRIu64
			" (ulimit -Hn); raise it or use a longer lifetime or "
			"fewer flows",
			c->flows, sockets, (uint64_t)r.rlim_max);
}

void load_socket_plan(const struct load_socket *s)
{
	plan_addresses(s);
	plan_ports(s);
	refuse_one_port(s->config);
	refuse_many_sockets(s->config);
	if (s->config->socket.bind.sa.sa_family == AF_UNSPEC &&
		s->config->port_first)
		s->config->socket.bind.sa.sa_family =
			s->config->socket.remote.sa.sa_family;
}
