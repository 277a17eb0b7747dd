/* SPDX-License-Identifier: MIT */
/* Who is loaded, as far as it can be known: by the segment of a server of this
 * host, or by what one of another host says to who has its key. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

struct load_peer {
	const char *service, *backend, *version;
	const char *config; /* JSON text; NULL: not told */
	uint32_t workers;
	int32_t pid; /* 0: on another host */
};

/* False: a stranger. Strings live as long as o does. */
bool load_peer_known(const struct load_options *o, struct load_peer *out);

/* ": echo by mmsg, 2 workers, pid 42", or that it cannot be seen. */
void load_peer_print(FILE *out, const struct load_options *o);

/* What its sockets take, or what they would of a stranger. */
void load_peer_receiver(struct load_options *o, struct load_receiver *out);

/* load_hooks.server: its counters. */
int load_peer_read(
	struct load_options *o, enum load_look look, struct load_server *out);
