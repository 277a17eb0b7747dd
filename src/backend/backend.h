/* SPDX-License-Identifier: MIT */
/*
 * The contract of a backend: how trains cross the kernel boundary, and nothing
 * else. A backend knows no service, no other backend, and no policy.
 *
 * A new backend is a file with a const table, a line in registry.c, and the
 * suite in tests/contract green. recvfrom is the reference for what is right.
 *
 * All of a backend's state belongs to one thread, the worker's: init, recv,
 * send and fini are called by it. probe may be called by any.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

#include <stddef.h>
#include <stdint.h>

struct backend_config {
	int fd;             /* bound, blocking; stays the caller's */
	sa_family_t family; /* of fd */
	uint32_t batch;     /* trains in a batch: batch->capacity */
	bool gro;           /* UDP_GRO is on at fd */
	bool local;         /* IP_PKTINFO is on at fd: fill in train.local */
	bool tos;           /* IP_RECVTOS is: train.tos */
	bool ttl;           /* IP_RECVTTL is: train.ttl */
	/*
	 * Bytes of a receive slot; 0 means what no datagram or train exceeds.
	 * The contract tests make it small to see truncation.
	 */
	uint32_t slot_bytes;
	struct counters *counters; /* the worker's; stays valid until fini */
	/* Once, from the worker's thread, in words for a person; may be NULL.
	 */
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
	const void *script; /* mem only: struct mem_script (backend/mem.h) */
};

struct backend_ops {
	const char *name;  /* as typed on the command line */
	const char *brief; /* for --help */
	size_t size;       /* of the private state, which the core zeroes */
	bool gro;          /* can use UDP_GRO: receives trains whole */
	/* The calls that recv and send stand and fall with, for messages. */
	const char *recv_call, *send_call;

	/*
	 * Can it run here? 0, or -errno with a sentence for a person in why.
	 * Leaves nothing behind.
	 */
	int (*probe)(char *why, size_t why_bytes);

	/*
	 * self is zeroed. 0, or -errno; fini is called in either case, and is
	 * legal on zeroed or half-made state.
	 */
	int (*init)(void *self, const struct backend_config *config);

	/*
	 * Waits up to timeout_ms (0: not at all) for the first train, takes
	 * what is there up to batch->capacity, and fills batch->trains with
	 * verdict VERDICT_ABSORB and refused 0. The batch before has been sent.
	 *
	 * With 0 it is called over and over by a worker that spins: where
	 * nothing came, that is one system call, or none.
	 *
	 * Returns batch->count: 0 when the time ran out or a signal came, or
	 * where it failed in a way that may pass (ENOMEM), after a short pause:
	 * it always comes back to see what the worker is ordered to do.
	 * -errno only where going on is pointless: EBADF, or a failure that has
	 * lasted (core/failures.h), or one at the very first call. What the
	 * network did (ECONNREFUSED) is counted, and not an error.
	 *
	 * An arriving datagram of any size, also zero, is a train. One whose
	 * payload or control messages were cut (MSG_TRUNC, MSG_CTRUNC) is
	 * truncated. Counts
	 * RECV_CALLS, RECV_ERRORS and REARM_*; the worker counts RX_*.
	 */
	int (*recv)(void *self, struct batch *batch, int timeout_ms);

	/*
	 * Sends batch->messages in their order, and takes back the loan of all
	 * trains. May wait a bounded time for a full send buffer. Sets sent_*
	 * and error of every message: a message that cannot be sent costs
	 * itself and no other. Called also where message_count is 0.
	 *
	 * 0, or -errno where going on is pointless. Counts SEND_*  calls,
	 * shorts and waits, and GSO_REFUSED; the worker counts the rest from
	 * the messages.
	 */
	int (*send)(void *self, struct batch *batch);

	/* Ends what is in flight, also with a batch on loan. Once it has
	 * returned and the socket is closed, the port is free. */
	void (*fini)(void *self);
};

/* Private state allocated, zeroed, and made by ops->init. */
struct backend {
	const struct backend_ops *ops;
	void *self;
};

/* 0 or -errno; *b is zeroed on failure. By the worker's thread. */
int backend_open(struct backend *b, const struct backend_ops *ops,
	const struct backend_config *config);

/* Legal on zeroed state. */
void backend_close(struct backend *b);
