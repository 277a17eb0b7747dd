/* SPDX-License-Identifier: MIT */
/* What the command line of `udpmill serve` says, and what follows from it: data
 * only. */
#pragma once

#include "server/server.h"

#define SERVE_KEY_ADDRESSES 16u

struct serve_options {
	struct server_config server;
	union address *listen; /* what server.listen points to */
	struct cpu_list cpus;
	struct cidr *allow; /* what server.allow points to */
	struct mac_key key; /* what server.key points to */
	union address known_as[SERVE_KEY_ADDRESSES]; /* server.known_as */
	uint64_t time_ns;                            /* 0: no bound */
	const char *ready_file;
	int ready_fd; /* -1: none */
	bool verbose, json;
};

/* What was said, before names are looked up. */
struct serve_parsing {
	struct serve_options *o;
	const char *texts[64]; /* addresses */
	unsigned text_count;
	int family;
	const char *backend, *cpus, *key;
	const char *key_addresses[SERVE_KEY_ADDRESSES];
	unsigned key_address_count;
	uint64_t workers;
};
