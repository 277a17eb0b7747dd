/* SPDX-License-Identifier: MIT */
/* What the command line of `udpmill load` says, and what follows from it: data
 * only, for all that read it or fill it in. */
#pragma once

#include "cli/load/pace.h"
#include "cli/load/peer/view.h"
#include "cli/load/replay.h"
#include "cli/load/scenario.h"
#include "cli/load/socket.h"
#include "load/load.h"
#include "load/peer/counted.h"
#include "load/peer/remote.h"

/* The defaults that depend on the server filled in. */
struct load_options {
	struct load_config config;
	struct cpu_list cpus;
	struct load_view view;       /* the server, where it is on this host */
	struct remote *remote;       /* the server, as --key asks it */
	struct counted_past past;    /* what either told last */
	const char *csv, *histogram; /* files; NULL: none */
	uint8_t *payload;            /* what config.payload is */
	struct load_replay replay;   /* what config.replay is */
	bool find_capacity;
	double loss; /* what is borne of it, a part of 1 */
	bool max_loss_said;
	double max_loss;   /* --max-loss, a part of 1 */
	const char *netns; /* by name; NULL: where we were started */
	bool json;
	bool quiet;      /* no word of how it goes */
	bool stages;     /* a mode of its own: mode/stages.c */
	uint32_t stress; /* another: mode/stress.c; a bit for each of them */
	bool own;        /* the peer is this host, or was met in a lab */
	bool print_scenario; /* which is done, and all that is wanted */
	bool peer_consents;
	struct load_scenario scenario;
	int argc; /* the command line, as it was typed */
	char **argv;
};

/* What was said, before names are looked up and the server is looked for. */
struct load_parsing {
	struct load_options *o;
	const char *peer, *cpus, *length, *payload, *key, *key_address;
	int family;
	bool flood;
	struct load_pace pace;
	struct load_socket socket;
};

/* Did anybody say this option, on the command line or in a scenario? */
static inline bool load_said(const struct load_parsing *p, const char *option)
{
	return load_scenario_says(&p->o->scenario, option);
}
