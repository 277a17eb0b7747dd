/* SPDX-License-Identifier: MIT */
#include "cli/load/place.h"

#include "cli/args/option.h"
#include "cli/load/against.h"
#include "cli/load/said.h"

enum key {
	KEY_NETNS = 0x700,
	KEY_CPUS,
	KEY_AGAINST,
	KEY_CONSENT,
	KEY_I_OWN,
	KEY_XDP_MODE,
	KEY_KEY,
	KEY_KEY_ADDRESS,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Place:", 5},
	{"netns", KEY_NETNS, "NAME", 0,
		"Send from this network namespace, one of those that \"ip "
		"netns\" lists",
		0},
	{NULL, '4', NULL, 0, "Resolve names to IPv4 only", 0},
	{NULL, '6', NULL, 0, "Resolve names to IPv6 only", 0},
	{"cpus", KEY_CPUS, "LIST", 0, "Pin the threads to these CPUs in turn",
		0},
	{"against", KEY_AGAINST, "echo|discard|dns|text|other",
		LOAD_COMMAND_LINE_ONLY,
		"Explain how to load a non-udpmill server of this kind, and "
		"exit",
		0},
	{"peer-consents", KEY_CONSENT, NULL, LOAD_COMMAND_LINE_ONLY,
		"Load another host: you confirm that its owner consents to "
		"this traffic",
		0},
	{"i-own", KEY_I_OWN, "IFACE", LOAD_COMMAND_LINE_ONLY,
		"Let --engine xdp and kernel send frames by this interface: "
		"you confirm that the network there is yours",
		0},
	{"xdp-mode", KEY_XDP_MODE, "native|generic",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS,
		"With --engine xdp: by the device's driver, or by the kernel "
		"for any driver (default: native, or generic if the driver "
		"cannot)",
		0},
	{"key", KEY_KEY, "FILE", LOAD_COMMAND_LINE_ONLY,
		"Ask the peer for its consent and its counters; the peer must "
		"run serve --key with the same key",
		0},
	{"key-address", KEY_KEY_ADDRESS, "HOST", LOAD_COMMAND_LINE_ONLY,
		"Behind a NAT: the address at which the peer sees this host",
		0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_parsing *p = state->input;

	switch (key) {
	case KEY_NETNS:
		p->o->netns = arg;
		return 0;
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
	case KEY_CONSENT:
		p->o->peer_consents = true;
		return 0;
	case KEY_I_OWN:
		p->i_own = arg;
		return 0;
	case KEY_XDP_MODE:
		option_xdp_mode("xdp-mode", arg, &p->o->config.xdp_native,
			&p->o->config.xdp_generic);
		return 0;
	case KEY_KEY:
		p->key = arg;
		return 0;
	case KEY_KEY_ADDRESS:
		p->key_address = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_place_argp = {.options = options, .parser = parse};
