/* SPDX-License-Identifier: MIT */
/* The input and the result of a ledger: see ledger.h. */
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

/* A server's counters; for a ledger, their differences over a run. */
struct ledger_server {
	uint64_t delivered, delivered_bytes;
	uint64_t trains; /* delivered trains */
	uint64_t answered, answered_bytes;
	uint64_t absorbed;
	uint64_t socket_drops; /* skbs */
	/* Datagrams: for want of a frame or of room in the ring of an AF_XDP
	 * socket; and those whose UDP checksum it found wrong. */
	uint64_t ring_drops, bad_checksums;
	uint64_t rcvbuf; /* bytes, the sum of its sockets */
	bool gro;        /* its sockets receive whole trains (UDP_GRO) */
	/* The most replies of one send, the mean of its sockets, which differ
	 * only if some were refused; 0: it does not say, and it is 64. */
	uint64_t segments_max;
	/* It ended or was stopped before the run was at rest: what was left in
	 * its queue, and what it dropped since its last update, is unknown. */
	bool silent;
	/* Refused by a rule; and not sent. Under the names of the server's
	 * counters. */
	struct ledger_named refused[LEDGER_NAMED_MAX];
	size_t refused_count;
	struct ledger_named failed[LEDGER_NAMED_MAX];
	size_t failed_count;
};

/* The client's counts. */
struct ledger_client {
	uint64_t sent, sent_bytes;
	uint64_t answered, answered_bytes;
	uint64_t trains;             /* received */
	uint32_t bytes, reply_bytes; /* of each datagram; 0: lengths differ */
	uint32_t train; /* segments per send, except for the partial ones */
	/* The most of a train that arrives, at either end and whoever made it;
	 * 0: TRAIN_RECEIVE_SEGMENTS. */
	uint32_t longest;
	uint64_t partial; /* sends of fewer segments */
	/* Each reply leaves the server as a train of as many segments as the
	 * request had, since no two fit into one send. */
	bool replies_equal;
	uint64_t socket_drops; /* skbs dropped by its own sockets */
	/* As in struct ledger_server. */
	uint64_t ring_drops, bad_checksums;
	bool gro;
	/* Queries that did not arrive: up to this many of the server's socket
	 * drops may not be probes. Negative: other clients' queries arrived. */
	int64_t queries_lost;
	/* Sends that failed with ENOBUFS and were repeated: nothing is lost,
	 * but the kernel's drop counters have counted them. */
	uint64_t nobufs;
	/* Lone datagrams, which the receiver's device may have joined to
	 * trains, whatever arrived. */
	bool joined;
	/* Of sent: dropped by the device that frames were handed to. Its own
	 * counters have them, too. */
	uint64_t device_drops;
	/* Of sent: frames that were not handed to it in the end. */
	uint64_t unsent_frames;
	/* Calls that stopped at a failed send without saying why. */
	uint64_t cut;
	/* Datagrams or trains that ICMP reported too big for the path, and how
	 * many datagrams had been sent when the last report came. */
	uint64_t too_big_reports, too_big_most;
};

/* The kernel's counters at both ends: differences over the run. */
struct ledger_kernel {
	struct figures client, server;
	bool client_known, server_known;
	bool one; /* both ends share a namespace; server equals client */
	bool v6;
	/* Sends may be refused by a list in front of a queueing discipline,
	 * which the discipline does not count (net/qdisc.h). */
	bool bursts;
};

enum ledger_leg {
	LEDGER_REQUEST,
	LEDGER_SERVER, /* from a datagram's delivery to its answer */
	LEDGER_REPLY,
	LEDGER_LEGS
};

/* In the order in which they explain what is missing: first those nearer to our
 * sockets, and those that count less of other traffic. */
enum ledger_cause {
	LEDGER_SERVER_SOCKET,
	LEDGER_SERVER_RING,
	LEDGER_CLIENT_SOCKET,
	LEDGER_CLIENT_RING,
	LEDGER_TRANSMIT,
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
	LEDGER_OTHERHOST,
	LEDGER_NEIGHBOUR,
	LEDGER_CHECKSUM,
	LEDGER_UNREAD,
	LEDGER_CAUSES
};

/* Drops by one cause: skbs, which stand for low to high datagrams, of which the
 * ledger attributes datagrams to this run. low is 0 if the counter may include
 * losses of other traffic. */
struct ledger_drop {
	const char *cause;
	uint64_t skbs, low, high, datagrams;
	uint64_t leg[LEDGER_LEGS]; /* datagrams attributed to each leg */
	bool two_ways;             /* it may lie on either way */
	/* The counter includes losses of other traffic; or may, since it
	 * explains something and is the whole host's. */
	bool shared;
	bool host;
};

/* One leg, in datagrams and in bytes: sent = arrived + dropped +
 * unexplained. */
struct ledger_way {
	uint64_t sent, arrived;
	uint64_t sent_bytes, arrived_bytes;
	uint32_t bytes; /* of each datagram; 0: lengths differ */
	int64_t unexplained;
	int64_t unexplained_bytes; /* valid if bytes_known */
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
	bool shared; /* the server's counters include other clients */
	bool exact;  /* all drops are known exactly */
	/* Datagrams that nothing explains; negative if more is explained than
	 * is missing. If the server is not seen: all that is missing. */
	int64_t unexplained;
	/* Datagrams of refused trains that left twice: they had already left
	 * when the train was refused, and it was repeated. */
	uint64_t repeated;
};
