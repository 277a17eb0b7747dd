/* SPDX-License-Identifier: MIT */
/* What the command line of `udpmill load` says, and what follows from it; only
 * data, for all who read it or fill it in. */
#pragma once

#include "cli/load/pace.h"
#include "cli/load/peer/view.h"
#include "cli/load/replay.h"
#include "cli/load/scenario.h"
#include "cli/load/socket.h"
#include "load/engine/engine.h"
#include "load/load.h"
#include "load/peer/counted.h"
#include "load/peer/remote.h"
#include "metrics/listener.h"

/* The options, with defaults that depend on the server filled in. */
struct load_options {
	struct load_config config;
	struct cpu_list cpus;
	struct load_view view;    /* the server, if it is on this host */
	struct remote *remote;    /* the server, if it is queried with --key */
	struct counted_past past; /* the last counters of either */
	const char *csv, *csv_steps, *histogram; /* files; NULL: none */
	uint8_t *payload;          /* config.payload points to it */
	struct load_replay replay; /* config.replay points to it */
	bool ramp;
	bool find_capacity;
	double loss; /* how much is tolerated, as a part of 1 */
	bool max_loss_said;
	double max_loss;            /* --max-loss, a part of 1 */
	const char *verify_why_not; /* --verify full has no effect; or NULL */
	const char *netns; /* its name; NULL: the one we were started in */
	bool json;
	bool quiet;                   /* no progress */
	struct metrics_place metrics; /* zeroed: none */
	const char *metrics_url;      /* as bound; NULL: none */
	int ready_fd;    /* who is told that the run begins; 0: nobody */
	bool stages;     /* a kind of its own: kind/stages.c */
	uint32_t stress; /* another: kind/stress.c; a bit for each stress */
	bool own;        /* the peer is this host, or was reached in a lab */
	bool print_scenario; /* print it and do nothing else */
	bool peer_consents;
	struct engine_path path; /* config.path points to it */
	struct load_scenario scenario;
	int argc; /* the command line as typed */
	char **argv;
};

/* The command line before names are looked up and the server is looked for. */
struct load_parsing {
	struct load_options *o;
	const char *peer, *cpus, *length, *payload, *key, *key_address, *i_own;
	int family;
	bool flood;
	struct load_pace pace;
	struct load_socket socket;
};

/* Was this option given, on the command line or in a scenario? */
static inline bool load_said(const struct load_parsing *p, const char *option)
{
	return load_scenario_says(&p->o->scenario, option);
}
