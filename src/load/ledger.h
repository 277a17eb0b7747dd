/* SPDX-License-Identifier: MIT */
/*
 * The ledger: sent = answered + absorbed + dropped + refused + unexplained, in
 * datagrams. Pure arithmetic on counters read elsewhere.
 *
 * The unit is the difficulty. The kernel counts socket buffers (skbs), and a
 * GRO train it drops is one. Where all trains of a run are equal, n drops of
 * trains of k are n x k datagrams, exactly. Where they are not, n drops are
 * between n and n x k, and the ledger says so: what was missed is explained as
 * far as it lies between, and what lies outside is unexplained.
 */
#pragma once

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
	uint64_t answered, absorbed;
	uint64_t socket_drops; /* skbs */
	bool gro;              /* its sockets take trains whole */
	/* Refused by rule, or not sent: by the counters' own names. */
	struct ledger_named refused[LEDGER_NAMED_MAX];
	size_t refused_count;
	struct ledger_named failed[LEDGER_NAMED_MAX];
	size_t failed_count;
};

/* What the client knows. */
struct ledger_client {
	uint64_t sent, answered;
	uint32_t train;   /* segments of each send but the partial ones */
	uint64_t partial; /* sends of fewer */
	/* A reply leaves the server as a train of as many segments as the
	 * request had: where no two fit into one send. */
	bool replies_equal;
	uint64_t socket_drops; /* skbs, at its own sockets */
	bool gro;
	uint64_t backlog_drops; /* skbs, softnet_stat, the whole host */
};

/* Drops by one cause: so many skbs, which were between low and high datagrams;
 * datagrams is what of it the ledger needs to come out even. low is 0 where
 * the counter is the whole host's, and may count what others lost. */
struct ledger_drop {
	const char *cause;
	uint64_t skbs, low, high, datagrams;
};

enum ledger_cause {
	LEDGER_SERVER_SOCKET,
	LEDGER_CLIENT_SOCKET,
	LEDGER_BACKLOG,
	LEDGER_CAUSES
};

struct ledger {
	uint64_t sent, answered, absorbed;
	struct ledger_drop dropped[LEDGER_CAUSES];
	struct ledger_named refused[LEDGER_NAMED_MAX];
	size_t refused_count;
	struct ledger_named failed[LEDGER_NAMED_MAX];
	size_t failed_count;
	uint64_t delivered;
	bool server_seen;
	bool shared; /* the server had other clients: it took more than ours */
	bool exact;  /* all drops are known to the datagram */
	/* Datagrams that nothing explains; negative where more is explained
	 * than was missed. Where the server is not seen: what was missed. */
	int64_t unexplained;
};

/* server NULL: it cannot be seen, and the ledger stops at the client. */
void ledger_settle(struct ledger *l, const struct ledger_client *client,
	const struct ledger_server *server);

/* Does the run hold what it claims? True also where nothing can be known. */
bool ledger_balances(const struct ledger *l);

/* end - start, counter by counter; names are end's. */
void ledger_server_difference(struct ledger_server *out,
	const struct ledger_server *start, const struct ledger_server *end);
