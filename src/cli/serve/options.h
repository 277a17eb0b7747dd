/* SPDX-License-Identifier: MIT */
/* The command line of `udpmill serve`, parsed and resolved. */
#pragma once

#include "server/server.h"

#include <jansson.h>

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

/* Prints and exits by itself where the command line does not parse (2), or
 * names what this build or system does not have (3). */
void serve_options_parse(struct serve_options *o, int argc, char **argv);
void serve_options_free(struct serve_options *o);

/* Every effective option, with what the kernel granted. A new reference, NULL
 * without memory. */
json_t *serve_options_json(
	const struct serve_options *o, const struct server *server);
