/* SPDX-License-Identifier: MIT */
/* The server that `udpmill load` talks to, as its counter segment shows it. */
#pragma once

#include "export/reader.h"
#include "export/registry.h"
#include "load/peer/counted.h"
#include "load/peer/rounds.h"
#include "net/netns.h"

struct load_view {
	struct reader *reader; /* NULL: no server on this host has it */
	uint64_t *values;
	struct counted *sums; /* of values, over workers */
	struct rounds rounds;
	bool apart;         /* in another network namespace than this thread */
	struct netns netns; /* that namespace, if we may enter it */
	bool has_address;   /* we entered it, and it has the address */
	/* A segment that claims the address but is not believed: its name and
	 * its owner. */
	char doubted[sizeof(SEGMENT_DIR) + SEGMENT_NAME];
	uid_t doubted_owner;
};

/*
 * Finds the server of remote on this host: in this thread's network namespace
 * or, for an address that is not its own, in another. A segment is believed by
 * the rules of reader_list; and in this namespace only if its owner also owns,
 * according to the kernel, the socket that receives at remote. 0, even if there
 * is none; -errno if it cannot look.
 */
int load_view_open(struct load_view *v, const union address *remote);

/* For load_hooks.server. */
int load_view_read(struct load_view *v, struct load_server *out);

/* What one socket of the server can receive. */
struct load_receiver {
	uint64_t rcvbuf; /* bytes, kernel's overhead included */
	bool gro;
};

/* What the server says; if it is not seen, the kernel's defaults. */
void load_view_receiver(struct load_view *v, struct load_receiver *out);

/* A zeroed state is allowed. */
void load_view_close(struct load_view *v);
