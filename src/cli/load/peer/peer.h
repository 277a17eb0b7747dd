/* SPDX-License-Identifier: MIT */
/* Who is loaded, as far as it is known: from the segment of a server on this
 * host, or from what a server on another host tells those who have its key. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

struct load_peer {
	const char *service, *backend, *version;
	const char *config; /* JSON text; NULL: not known */
	uint32_t workers;
	int32_t pid; /* 0: on another host */
};

/* False: nothing is known. Strings live as long as o. */
bool load_peer_known(const struct load_options *o, struct load_peer *out);

/* ": echo by mmsg, 2 workers, pid 42", or that it cannot be seen. */
void load_peer_print(FILE *out, const struct load_options *o);

/* What its sockets can receive, or what to assume if it cannot be seen. */
void load_peer_receiver(struct load_options *o, struct load_receiver *out);

/* For load_hooks.server: the server's counters. */
int load_peer_read(
	struct load_options *o, enum load_look look, struct load_server *out);
