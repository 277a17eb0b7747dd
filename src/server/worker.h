/* SPDX-License-Identifier: MIT */
/*
 * A worker: one thread, one socket, one backend, one service, one loop:
 * recv -> handle -> guard -> couple -> send. All counting that a batch shows is
 * done here, once a batch.
 */
#pragma once

#include "backend/backend.h"
#include "server/burn.h"
#include "server/consent.h"
#include "server/guard.h"
#include "server/marks.h"
#include "server/unresolved.h"
#include "service/service.h"

#include <stdatomic.h>

/* Asked of a worker by other threads, in worker.orders. */
enum worker_order {
	ORDER_PUBLISH = 1, /* read back the socket's and the thread's figures */
	ORDER_DRAIN = 2,   /* answer what is in the socket, then end */
	ORDER_STOP = 4,    /* end after this batch */
	ORDER_MOVE = 8,    /* have the counters moved to another file */
};

/* Shown what arrived, before it is answered. By the worker's thread. */
typedef void worker_observe_fn(void *arg, const struct batch *batch);

struct worker_config {
	const struct backend_ops *backend;
	const struct service_ops *service;
	struct backend_config io; /* fd, family, batch, gro, local, ttl... */
	const struct guard *guard;
	const struct consent_config *consent; /* NULL: there is no key */
	union address bound;                  /* what io.fd is bound to */
	uint32_t number;
	int cpu; /* -1: not pinned */
	bool trains;
	bool marks;     /* TOS and TTL of what arrives are counted */
	double burn_ns; /* wasted on purpose, for each datagram; 0: nothing */
	bool spin;      /* never waits: receives are tried over and over */
	worker_observe_fn *observe; /* NULL: nobody looks */
	void *observe_arg;
	/* Datagrams all workers may still receive; NULL: no bound. Whoever
	 * uses it up calls spent. */
	_Atomic int64_t *budget;
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
	struct bounds bounds; /* of batch */
	struct unresolved unresolved;
	struct marks marks;
	struct consent consent;
	struct burn burn;
	uint32_t drops_seen; /* SK_MEMINFO_DROPS, to see it wrap */
	_Atomic unsigned orders;
	_Atomic int moved; /* 1 when ORDER_MOVE has been obeyed, or -errno */
	int error; /* -errno it ended with, 0; valid when it has ended */
	const char *failed_call; /* that ended it; NULL: it did not begin */
};

/* By the worker's own thread: pins it, makes backend and service. 0 or -errno,
 * and then worker_fini has been called. */
int worker_init(struct worker *w, const struct worker_config *config);

/* Takes what has arrived, without waiting for it: shows that it can receive.
 * 0 or -errno, and then worker_fini has been called. */
int worker_begin(struct worker *w);

/* Runs until ordered to end, or the backend fails: 0 or -errno. */
int worker_run(struct worker *w);

/* By the worker's own thread; zeroed state is legal. The socket and the
 * counters stay. */
void worker_fini(struct worker *w);

/* Why a worker that has ended with an error did, in a sentence, and what can be
 * done about it. */
void worker_why(const struct worker *w, char *why, size_t why_bytes);

/* By any thread. */
void worker_order(struct worker *w, enum worker_order order);
