/* SPDX-License-Identifier: MIT */
/*
 * A worker: one thread, one socket, one backend, one service, one loop: recv ->
 * handle -> guard -> couple -> send. Whatever can be counted from a batch is
 * counted here, once per batch.
 */
#pragma once

#include "backend/backend.h"
#include "core/spin.h"
#include "server/budget.h"
#include "server/burn.h"
#include "server/consent.h"
#include "server/guard.h"
#include "server/marks.h"
#include "server/unresolved.h"
#include "service/service.h"

#include <stdatomic.h>

/* Orders of other threads to a worker, in worker.orders. */
enum worker_order {
	ORDER_PUBLISH = 1, /* read back the socket's and the thread's figures */
	ORDER_DRAIN = 2,   /* answer what is in the socket, then end */
	ORDER_STOP = 4,    /* end after this batch */
	ORDER_MOVE = 8,    /* move the counters to another file */
};

/* Called by the worker's thread with what arrived, before it is answered. */
typedef void worker_observe_fn(void *arg, const struct batch *batch);

struct worker_config {
	const struct backend_ops *backend;
	const struct service_ops *service;
	struct backend_config io; /* fd, family, batch, gro, local, ttl... */
	const struct guard *guard;
	const struct consent_config *consent; /* NULL: no key */
	union address bound;                  /* the address of io.fd */
	uint32_t number;
	int cpu;               /* -1: not pinned */
	uint32_t segments_max; /* of a reply; 0 and 1: no trains */
	bool marks;            /* count TOS and TTL of what arrives */
	double burn_ns;        /* wasted on purpose per datagram; 0: none */
	uint32_t burn_rounds;
	uint64_t spin_ns; /* busy-poll so long before a wait, or SPIN_ALWAYS */
	worker_observe_fn *observe; /* may be NULL */
	void *observe_arg;
	/* How many datagrams all workers may still receive; NULL: no limit. The
	 * worker that uses it up calls spent. */
	struct budget *budget;
	void (*spent)(void *arg);
	void *spent_arg;
	int (*move)(void *arg, uint32_t number); /* 0 or -errno */
	void *move_arg;
};

struct worker {
	struct worker_config config;
	struct counters *counters;
	struct backend backend;
	struct service service;
	struct batch batch;
	struct bounds bounds;  /* for batch */
	uint32_t segments_max; /* less than configured after a refusal */
	struct unresolved unresolved;
	struct marks marks;
	struct consent consent;
	struct burn burn;
	struct spin spin;
	uint32_t drops_seen; /* the last SK_MEMINFO_DROPS, which may wrap */
	uint64_t kept;       /* of the budget */
	/* Other threads write to this line. */
	_Alignas(CACHE_LINE) _Atomic unsigned orders;
	_Atomic int moved; /* 1 after ORDER_MOVE was obeyed; or -errno */
	/* -errno with which it ended, or 0; valid after it has ended. */
	int error;
	/* The call that ended it; NULL: it never began. */
	const char *failed_call;
};

/* By the worker's thread: pins it, and opens backend and service. 0; or -errno,
 * and then worker_fini has been called. */
int worker_init(struct worker *w, const struct worker_config *config);

/* Makes a first receive without waiting, which shows that it can receive, and
 * handles what came. 0; or -errno, and then worker_fini has been called. */
int worker_begin(struct worker *w);

/* Runs until it is ordered to end (0) or the backend fails (-errno). */
int worker_run(struct worker *w);

/* By the worker's thread; zeroed state is legal. Leaves the socket and the
 * counters. */
void worker_fini(struct worker *w);

/* Writes a sentence on why a worker has failed and what can be done about
 * it. */
void worker_why(const struct worker *w, char *why, size_t why_bytes);

/* By any thread. */
void worker_order(struct worker *w, enum worker_order order);
