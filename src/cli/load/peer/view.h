/* SPDX-License-Identifier: MIT */
/* The server that `udpmill load` talks to, seen through its counter segment. */
#pragma once

#include "export/reader.h"
#include "export/registry.h"
#include "load/peer/counted.h"
#include "net/netns.h"

struct load_view {
	struct reader *reader; /* NULL: no server on this host serves it */
	uint64_t *values;
	struct counted *sums; /* of values, over workers */
	bool apart;         /* in another network namespace than this thread */
	struct netns netns; /* that one, where we may look into it */
	bool has_address;   /* we did, and it has the address in question */
	/* Somebody's segment claims that address and is not believed: by this
	 * name, and of this user. */
	char doubted[sizeof(SEGMENT_DIR) + SEGMENT_NAME];
	uid_t doubted_owner;
};

/*
 * Finds who serves remote on this host: in this thread's network namespace or,
 * for an address that is not its own, in another. A segment is believed by the
 * rules of reader_list; and in this namespace only if its owner is also who
 * owns the socket that receives at remote, by the kernel's word. 0, also where
 * there is none; -errno where that cannot be looked at.
 */
int load_view_open(struct load_view *v, const union address *remote);

/* load_hooks.server. */
int load_view_read(struct load_view *v, struct load_server *out);

/* Where datagrams are received: what one socket of it takes. */
struct load_receiver {
	uint64_t rcvbuf; /* bytes, kernel's overhead included */
	bool gro;
};

/* As the server says; of one that is not seen, the kernel's defaults. */
void load_view_receiver(struct load_view *v, struct load_receiver *out);

/* Zeroed state is legal. */
void load_view_close(struct load_view *v);
