/* SPDX-License-Identifier: MIT */
/*
 * The contract of a service: what answer a datagram gets. A pure function on a
 * batch: it makes no system call, reads no clock, takes no memory after init,
 * and knows nothing of sockets, backends, threads or policy. It includes core/
 * and libc only.
 *
 * A new service is a file with a const table and a line in registry.c.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

struct service_config {
	uint32_t worker; /* number of the worker, in the whole server */
};

struct service_ops {
	const char *name;  /* as typed on the command line */
	const char *brief; /* for --help */
	size_t size;       /* of the private state, which the core zeroes */
	bool wants_time;   /* batch->received_ns is read before handle */
	/*
	 * Answers whatever comes (echo): two of its kind set at each other
	 * would never stop, so the guard asks more of a source.
	 */
	bool loops;
	/* Answers nothing, ever: its socket need not tell what only the guard
	 * wants to know. */
	bool silent;

	/* NULL: nothing to do. 0 or -errno. */
	int (*init)(void *self, const struct service_config *config);

	/*
	 * For each train of batch: sets verdict, and reply_* for an answer,
	 * which it writes in place at data. The reply of n segments is itself
	 * a train of n segments: of one size, the last may be shorter. A
	 * service may refuse some segments of a train: it closes the gaps,
	 * sets refused and refusal, and reply_segments = segments - refused.
	 * Leaves truncated trains alone; the worker has refused those.
	 */
	void (*handle)(void *self, struct batch *batch);

	/* NULL: nothing to do. Legal on zeroed state. */
	void (*fini)(void *self);
};

/* Private state allocated, zeroed, and made by ops->init. */
struct service {
	const struct service_ops *ops;
	void *self;
};

/* 0 or -errno; *s is zeroed on failure. */
int service_open(struct service *s, const struct service_ops *ops,
	const struct service_config *config);

/* Legal on zeroed state. */
void service_close(struct service *s);
