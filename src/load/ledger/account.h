/* SPDX-License-Identifier: MIT */
/* What a ledger is made from, and what it says: see ledger.h. */
#pragma once

#include "load/ledger/figures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_NAMED_MAX 40
#define LEDGER_NAME      40

struct ledger_named {
	char name[LEDGER_NAME];
	uint64_t datagrams;
};

/* What a server counted. Of a run: differences. */
struct ledger_server {
	uint64_t delivered, delivered_bytes;
	uint64_t trains; /* that were delivered */
	uint64_t answered, answered_bytes;
	uint64_t absorbed;
	uint64_t socket_drops; /* skbs */
	uint64_t rcvbuf;       /* bytes, of its sockets together */
	bool gro;              /* its sockets take trains whole */
	/* It ended, or was stopped, before the run was at rest: what it had
	 * queued, and what was dropped since it last looked, is not known. */
	bool silent;
	/* Refused by rule, or not sent: by the counters' own names. */
	struct ledger_named refused[LEDGER_NAMED_MAX];
	size_t refused_count;
	struct ledger_named failed[LEDGER_NAMED_MAX];
	size_t failed_count;
};

/* What the client knows. */
struct ledger_client {
	uint64_t sent, sent_bytes;
	uint64_t answered, answered_bytes;
	uint64_t trains;             /* received */
	uint32_t bytes, reply_bytes; /* of each datagram; 0: they differ */
	uint32_t train;   /* segments of each send but the partial ones */
	uint64_t partial; /* sends of fewer */
	/* A reply leaves the server as a train of as many segments as the
	 * request had: where no two fit into one send. */
	bool replies_equal;
	uint64_t socket_drops; /* skbs, at its own sockets */
	bool gro;
	/* Queries that did not arrive: of the server's socket drops, so many
	 * may have been no probes. Negative: others' arrived. */
	int64_t queries_lost;
	/* Sends that the kernel dropped and said so (ENOBUFS): repeated, so
	 * that nothing is lost, and yet counted where they were dropped. */
	uint64_t nobufs;
	uint64_t cut; /* calls that ended at a send that failed, unsaid why */
	/* ICMP has reported so many datagrams, or trains, too big for the
	 * path, and when it last did so many datagrams had been sent. */
	uint64_t too_big_reports, too_big_most;
};

/* The kernel's counters at both ends, over the run. */
struct ledger_kernel {
	struct figures client, server;
	bool client_known, server_known;
	bool one; /* both ends are in one namespace; server is client then */
	bool v6;
};

enum ledger_leg {
	LEDGER_REQUEST,
	LEDGER_SERVER, /* between a datagram's arrival and its answer */
	LEDGER_REPLY,
	LEDGER_LEGS
};

/* In the order in which what is missed is explained by them: the nearer to our
 * sockets, and the fewer others count there, the earlier. */
enum ledger_cause {
	LEDGER_SERVER_SOCKET,
	LEDGER_CLIENT_SOCKET,
	LEDGER_TOO_BIG,
	LEDGER_MEMORY,
	LEDGER_NO_PORT,
	LEDGER_QUEUED,
	LEDGER_BACKLOG,
	LEDGER_QDISC,
	LEDGER_DEVICE,
	LEDGER_SEND_QUEUE,
	LEDGER_REASSEMBLY,
	LEDGER_IP,
	LEDGER_NEIGHBOUR,
	LEDGER_CHECKSUM,
	LEDGER_UNREAD,
	LEDGER_CAUSES
};

/* Drops by one cause: so many skbs, which were between low and high datagrams;
 * datagrams is what of it the ledger needs to come out even. low is 0 where
 * the counter may count what others lost. */
struct ledger_drop {
	const char *cause;
	uint64_t skbs, low, high, datagrams;
	uint64_t leg[LEDGER_LEGS]; /* datagrams of each */
	bool two_ways;             /* it may lie on either */
	/* It has counted others' for certain; or may have, where it explains
	 * something, for its counter is the whole host's. */
	bool shared;
	bool host;
};

/* A stretch of the way, in datagrams: sent = arrived + dropped + unexplained,
 * and the same in bytes. */
struct ledger_way {
	uint64_t sent, arrived;
	uint64_t sent_bytes, arrived_bytes;
	uint32_t bytes; /* of each datagram; 0: they differ */
	int64_t unexplained;
	int64_t unexplained_bytes; /* where the bytes of drops are known */
	bool bytes_known;
};

struct ledger {
	uint64_t sent, answered, absorbed;
	struct ledger_drop dropped[LEDGER_CAUSES];
	struct ledger_named refused[LEDGER_NAMED_MAX];
	size_t refused_count;
	struct ledger_named failed[LEDGER_NAMED_MAX];
	size_t failed_count;
	uint64_t delivered;
	struct ledger_way way[LEDGER_LEGS];
	struct ledger_kernel kernel;
	bool server_seen;
	bool server_silent;
	bool shared; /* the server had other clients: it took more than ours */
	bool exact;  /* all drops are known to the datagram */
	/* Datagrams that nothing explains; negative where more is explained
	 * than was missed. Where the server is not seen: what was missed. */
	int64_t unexplained;
	/* Datagrams of refused trains that had left already, and left again. */
	uint64_t repeated;
};
