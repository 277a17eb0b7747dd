/* SPDX-License-Identifier: MIT */
/* What the two ends of the way are, as places need to know them. Private to the
 * ledger. */
#pragma once

#include "load/ledger/account.h"

#define REQUEST (1u << LEDGER_REQUEST)
#define SERVER  (1u << LEDGER_SERVER)
#define REPLY   (1u << LEDGER_REPLY)

/* The namespace of the client or the server, or the one that both share. */
struct end {
	const struct figures *f; /* NULL: not known */
	unsigned in, out;        /* legs that end and begin there */
	/* The least and most datagrams of an skb that arrives at a socket. */
	uint32_t least, most;
	/* Drops of the backlog and of AF_XDP's rings that its devices count
	 * too. */
	uint64_t backlog, rings;
};

struct ends {
	struct end client, server;
	bool one;
	uint32_t longest; /* of all trains that arrive, whoever made them */
	/* The most datagrams of an skb on each leg. */
	uint32_t most[LEDGER_LEGS];
	/* The client's sends that were dropped and repeated, and those that may
	 * have been. */
	uint64_t nobufs, cut;
	uint64_t frames; /* those that the client's device did not take */
	/* The most datagrams of those, if a discipline took them apart. */
	uint64_t nobufs_most, cut_most;
	/* Repeated sends need not be in any counter of drops. */
	bool bursts;
};

static inline uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t beyond(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

void ends_find(struct ends *e, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel);
