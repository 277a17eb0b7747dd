/* SPDX-License-Identifier: MIT */
/* What the command line of `udpmill serve` says, and what follows from it; only
 * data. */
#pragma once

#include "metrics/listener.h"
#include "server/server.h"

#define SERVE_KEY_ADDRESSES 16u

enum serve_copy { SERVE_COPY_ALL, SERVE_COPY_HEADER, SERVE_COPY_NONE };

struct serve_placement;

struct serve_options {
	struct server_config server;
	enum serve_copy copy;
	union address *listen; /* server.listen points to it */
	struct cpu_list cpus;
	struct serve_placement *placement; /* NULL: none was asked for */
	struct cidr *allow;                /* server.allow points to it */
	struct mac_key key;                /* server.key points to it */
	union address known_as[SERVE_KEY_ADDRESSES]; /* server.known_as */
	uint64_t time_ns;                            /* 0: no limit */
	struct metrics_place metrics;                /* zeroed: none */
	const char *metrics_url;                     /* as bound; NULL: none */
	const char *ready_file;
	int ready_fd; /* -1: none */
	bool verbose, json;
};

/* The command line before names are looked up. */
struct serve_parsing {
	struct serve_options *o;
	const char *texts[64]; /* addresses */
	unsigned text_count;
	int family;
	const char *backend, *cpus, *steer, *key;
	const char *key_addresses[SERVE_KEY_ADDRESSES];
	unsigned key_address_count;
	uint64_t workers;
	bool connected;
	uint64_t connected_idle_ns; /* 0: not given */
};
