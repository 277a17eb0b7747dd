/* SPDX-License-Identifier: MIT */
/*
 * The contract of a service: it decides how a datagram is answered. It is a
 * pure function on a batch: it makes no system call, reads no clock, allocates
 * no memory after init, and knows nothing of sockets, backends, threads or
 * policy. It includes only core/ and libc.
 *
 * A new service is a file with a const table, declared in services.h, and a
 * line in registry.c. All functions are called by the worker's thread.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

#define SERVICE_READS_ALL UINT32_MAX

struct service_config {
	uint32_t worker; /* number of the worker in the server, from 0 */
};

struct service_ops {
	const char *name;  /* as typed on the command line */
	const char *brief; /* for --help */
	size_t size;       /* of the private state; it is zeroed before init */
	bool wants_time;   /* needs batch->received_ns */
	/*
	 * It answers anything (echo): two such services set against each other
	 * would never stop, so the guard is stricter about sources.
	 */
	bool loops;
	/* It never answers, so that its socket need not report what only the
	 * guard needs. */
	bool silent;
	/*
	 * How many bytes from a train's beginning handle needs to be there, to
	 * look at or to send back. With fewer (train.copied), it must not read
	 * the rest, and may only refuse more. SERVICE_READS_ALL: it cannot do
	 * with less than all.
	 */
	uint32_t reads;

	/* NULL: nothing to do. 0 or -errno. */
	int (*init)(void *self, const struct service_config *config);

	/*
	 * Sets verdict for each train of the batch, and for an answer reply_*;
	 * writes the answer in place at data. The reply to n segments is a
	 * train of n segments of one size, the last of which may be shorter. To
	 * refuse some segments of a train, it closes the gaps, sets refused and
	 * refusal, and reply_segments = segments - refused. It skips truncated
	 * trains, which the worker has refused.
	 */
	void (*handle)(void *self, struct batch *batch);

	/* NULL: nothing to do. Legal on zeroed state. */
	void (*fini)(void *self);
};

/* A service and its private state, allocated by service_open(). */
struct service {
	const struct service_ops *ops;
	void *self;
};

/* 0 or -errno; *s is zeroed on failure. */
int service_open(struct service *s, const struct service_ops *ops,
	const struct service_config *config);

/* Legal on zeroed state. */
void service_close(struct service *s);
