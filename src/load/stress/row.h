/* SPDX-License-Identifier: MIT */
/* What a stress is, and what came of one: see stress.h. */
#pragma once

#include "load/ledger/ledger.h"
#include "load/load.h"
#include "load/stress/counts.h"
#include "net/socket.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stress_needs {
	STRESS_OWN = 1,     /* the peer is this host, or in a lab of it */
	STRESS_RAW = 2,     /* CAP_NET_RAW */
	STRESS_V6 = 4,      /* an address of IPv6 */
	STRESS_WITNESS = 8, /* who answers, or whose counters are seen */
};

struct stress_lab;

struct stress {
	const char *name, *brief;
	unsigned needs;  /* of all its cases; some may need more */
	uint32_t weight; /* its share of the time, next to the others' */
	void (*run)(struct stress_lab *lab);
};

enum stress_verdict {
	STRESS_AS_EXPECTED,
	STRESS_OTHERWISE, /* and no standard says that it must not be */
	STRESS_FAILED, /* what must not be, or a loss that nothing explains */
	STRESS_SKIPPED,
	STRESS_CUT, /* the time was up, or a signal came: no verdict */
};

#define STRESS_MOVED 40

/* A case of a stress. */
struct stress_row {
	const struct stress *stress;
	const char *name;
	const char *rule;   /* what is expected, and who says so */
	uint64_t packets;   /* sent: datagrams, or the pieces of them */
	uint64_t datagrams; /* sent, each of which might be answered */
	uint64_t answered;  /* by what was expected */
	uint64_t wrong;     /* by something else */
	uint64_t duplicate; /* once more */
	uint64_t foreign;   /* came to another socket than it was meant for */
	uint64_t reported;  /* by ICMP, to the socket that had sent it */
	/* Of those: a router had no room for it; and how many had been sent
	 * when the last of these came. */
	uint64_t too_big, too_big_most;
	/* Replies that may have been queued by sockets when they were closed,
	 * at most: the kernel counts those nowhere. */
	uint64_t closed_most, closed;
	/* That the server received, by its counters; forged ones only. */
	bool delivered_known;
	uint64_t delivered;
	bool server_seen;
	struct ledger_server server; /* what its counters moved by */
	bool ledgered;
	struct ledger ledger;
	/* What counters moved by, here and where the server is, if that is
	 * another namespace. */
	struct count near[STRESS_MOVED], far[STRESS_MOVED];
	size_t near_count, far_count;
	enum stress_verdict verdict;
	char why[160]; /* "": there is nothing to be said */
	uint64_t digest;
	double seconds;
};

#define STRESS_ROWS 96

struct stress_result {
	struct stress_row rows[STRESS_ROWS];
	size_t count;
	uint64_t verdicts[STRESS_CUT + 1];
	uint64_t digest; /* of all rows */
	double seconds;
	bool interrupted;
	bool server_gone; /* it ended, or answers no more */
	struct socket_obtained obtained;
};

struct stress_config {
	/* Its remote is the peer. Errors are switched on, and nothing waits,
	 * whatever is said here. */
	struct socket_config socket;
	enum load_replies replies;
	bool own;             /* see STRESS_OWN */
	bool server_apart;    /* as in load_config, ... */
	uint64_t peer_rcvbuf; /* of one of the server's sockets, or a guess */
	const struct netns *server_netns;
	uint32_t chosen; /* a bit for each entry of the table */
	uint64_t time_ns;
	uint32_t run; /* the seed */
	const atomic_bool *interrupted;
	/* As in load_hooks; NULL: it is not seen. */
	int (*server)(void *arg, enum load_look look, struct load_server *out);
	/* Now and then while a row grows, and when it is done. NULL: nobody
	 * looks. */
	void (*progress)(void *arg, const struct stress_row *row, bool done);
	void *arg;
};
