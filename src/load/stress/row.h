/* SPDX-License-Identifier: MIT */
/* A stress, its configuration and its results: see stress.h. */
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
	STRESS_OWN = 1, /* the peer is on this host, or in a lab on it */
	STRESS_RAW = 2, /* CAP_NET_RAW */
	STRESS_V6 = 4,  /* an IPv6 address */
	STRESS_WITNESS =
		8, /* a peer that answers, or whose counters are seen */
};

struct stress_lab;

struct stress {
	const char *name, *brief;
	unsigned needs;  /* what all its cases need; some may need more */
	uint32_t weight; /* its share of the time, relative to the others' */
	void (*run)(struct stress_lab *lab);
};

enum stress_verdict {
	STRESS_AS_EXPECTED,
	STRESS_OTHERWISE, /* unexpected, but no standard forbids it */
	STRESS_FAILED,    /* against a standard, or an unexplained loss */
	STRESS_SKIPPED,
	STRESS_CUT, /* out of time or interrupted: no verdict */
};

#define STRESS_MOVED 40

/* The result of one case of a stress. */
struct stress_row {
	const struct stress *stress;
	const char *name;
	const char *rule;   /* what is expected, and by which standard */
	uint64_t packets;   /* sent: datagrams or their fragments */
	uint64_t datagrams; /* sent, whole */
	uint64_t answered;  /* answers as expected */
	uint64_t wrong;     /* other answers */
	uint64_t duplicate; /* repeated answers */
	uint64_t foreign;   /* answers at the wrong socket, or of another run */
	uint64_t reported;  /* ICMP errors that the sending socket was told */
	/* Of those, too big for the path; and how many datagrams had been sent
	 * when the last of these came. */
	uint64_t too_big, too_big_most;
	/* The most replies that may have been in sockets when they were closed,
	 * which the kernel does not count; and how many the ledger needs. */
	uint64_t closed_most, closed;
	/* Received by the server, by its counters; only for forged
	 * datagrams. */
	bool delivered_known;
	uint64_t delivered;
	bool server_seen;
	struct ledger_server server; /* differences of its counters */
	bool ledgered;
	struct ledger ledger;
	/* Differences of the kernel's counters, here and in the server's
	 * namespace if that is another. */
	struct count near[STRESS_MOVED], far[STRESS_MOVED];
	size_t near_count, far_count;
	enum stress_verdict verdict;
	char why[160]; /* why that verdict; "": nothing to say */
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
	bool server_gone; /* it has ended, or no longer answers */
	struct socket_obtained obtained;
};

struct stress_config {
	/* remote is the peer. errors and nonblock are always on, whatever is
	 * set here. */
	struct socket_config socket;
	enum load_replies replies;
	bool own;          /* see STRESS_OWN */
	bool server_apart; /* as in load_config, with server_netns */
	/* Of one of the server's sockets, if necessary a guess. */
	uint64_t peer_rcvbuf;
	const struct netns *server_netns;
	uint32_t chosen; /* a bit for each entry of the table */
	uint64_t time_ns;
	uint32_t run; /* the seed */
	const atomic_bool *interrupted;
	/* As in load_hooks; NULL: the server is not seen. */
	int (*server)(void *arg, enum load_look look, struct load_server *out);
	/* Called now and then during a row, and when it is done. May be
	 * NULL. */
	void (*progress)(void *arg, const struct stress_row *row, bool done);
	void *arg;
};
