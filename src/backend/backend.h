/* SPDX-License-Identifier: MIT */
/*
 * The contract of a backend: it moves trains out of the kernel and messages
 * into it, and does nothing else. A backend knows no service, no other backend
 * and no policy.
 *
 * A new backend is a file with a const table, declared in backends.h, and a
 * line in registry.c; it must pass the tests in tests/contract. recvfrom is the
 * reference for correct behaviour.
 *
 * All of a backend's state belongs to one thread, the worker's, which calls
 * init, recv, send and fini. Any thread may call probe.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"
#include "net/busy_poll.h"
#include "net/socket.h"

#include <stddef.h>
#include <stdint.h>

/* For what all workers of an endpoint share. */
struct backend_share_config {
	const union address *bound; /* the endpoint, with its port */
	bool dual;                  /* IPv6: also IPv4 */
	const char *device;         /* --device; NULL: follows from bound */
	bool native, generic;       /* XDP only by the driver; only without */
	uint32_t workers;
	uint32_t busy_poll_us; /* 0: not */
};

/* Called with each fact; text is NULL if it is a number. */
typedef void backend_fact_fn(
	void *arg, const char *name, const char *text, uint64_t number);

/* How to open sockets for peers. */
struct connecting {
	struct socket_config socket; /* as the listener's, with its port */
	uint32_t most;               /* sockets at a time; not 0 */
	uint64_t idle_ns; /* one that is not used so long is closed */
};

struct backend_config {
	int fd;             /* bound and blocking; the caller closes it */
	sa_family_t family; /* of fd */
	uint32_t batch;     /* the most trains of a batch: batch->capacity */
	bool gro;           /* UDP_GRO is on at fd */
	bool local;         /* IP_PKTINFO is on at fd: fill in train.local */
	bool tos;           /* IP_RECVTOS is on: fill in train.tos */
	bool ttl;           /* IP_RECVTTL is on: fill in train.ttl */
	/*
	 * Bytes of a receive slot; 0: enough for any datagram or train. The
	 * contract tests make it small to see truncation.
	 */
	uint32_t slot_bytes;
	/*
	 * Only the first slot_bytes of a train are wanted, and 0 means none.
	 * More need not be copied: train.copied says how much was, and such a
	 * train is not truncated.
	 */
	bool head_only;
	/* Messages of at least so many bytes are sent without copying them, as
	 * far as the kernel and memory allow; 0: none. Only if ops->zerocopy
	 * says that it can. */
	uint32_t zerocopy_from;
	/* As the socket has it. With prefer, a backend that waits in a call of
	 * its own waits by busy_poll_epoll(), if the kernel has that. */
	struct busy_poll busy_poll;
	struct counters *counters; /* the worker's; valid until fini */
	void *share;               /* of the endpoint, from ops->share */
	uint32_t worker;           /* of the endpoint, from 0 */
	/* Called at most once per subject, by the worker's thread, with a
	 * sentence for a person; may be NULL. */
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
	/* Only if the backend connects: fd is in an SO_REUSEPORT group whose
	 * program never names a socket that joins later. */
	const struct connecting *connecting;
	const void *script; /* mem only: struct mem_script (backend/mem.h) */
};

/* The payload bytes that a receive copies, at most. */
static inline uint32_t backend_slot_bytes(const struct backend_config *c)
{
	return c->slot_bytes || c->head_only ? c->slot_bytes : TRAIN_ROOM;
}

struct backend_ops {
	const char *name;  /* as typed on the command line */
	const char *brief; /* for --help */
	size_t size;       /* of the private state; it is zeroed before init */
	bool connects; /* opens sockets for peers: needs config.connecting */
	bool gro;      /* can receive whole trains (UDP_GRO) */
	/* Names of the system calls of recv and send, for messages; a recv that
	 * another call ended sets batch->failed_call. */
	const char *recv_call, *send_call;

	/*
	 * Checks whether it can run here. 0, or -errno with a sentence for a
	 * person in why. Leaves nothing behind.
	 */
	int (*probe)(char *why, size_t why_bytes);

	/* The same for config.zerocopy_from. NULL: it copies all. */
	int (*zerocopy)(char *why, size_t why_bytes);

	/*
	 * For backends with something that all workers of an endpoint share;
	 * else all of these are NULL. By the thread that opens the endpoint,
	 * before any worker is opened and after all were closed.
	 *
	 * queues: the most workers that an endpoint can have, or -errno with
	 * one line in why. share: 0, or -errno with one line in why and nothing
	 * left. facts: what was obtained, for the user.
	 */
	int (*queues)(const union address *listen, const char *device,
		char *why, size_t why_bytes);
	int (*share)(void **out, const struct backend_share_config *config,
		char *why, size_t why_bytes);
	void (*facts)(const void *share, backend_fact_fn *each, void *arg);
	void (*unshare)(void *share);

	/*
	 * self is zeroed. 0, or -errno; fini is called in either case, and is
	 * legal on zeroed or half-made state.
	 */
	int (*init)(void *self, const struct backend_config *config);

	/*
	 * Waits up to timeout_ms (0: not at all) for the first train, takes
	 * what is there, up to batch->capacity, and fills batch->trains, with
	 * verdict VERDICT_ABSORB and refused 0. The previous batch has been
	 * sent.
	 *
	 * A spinning worker calls it with 0 over and over: if there is nothing,
	 * that makes at most one system call.
	 *
	 * Returns batch->count. 0 after the timeout or a signal, and also,
	 * after a short pause, after an error that may pass (ENOMEM): the
	 * worker must be able to look at its orders. -errno only if going on is
	 * pointless: EBADF, a failure that lasts (core/failures.h), or one at
	 * the very first call. Network errors (ECONNREFUSED) are only counted.
	 *
	 * A datagram of any size, even zero, is a train. It is truncated if its
	 * payload or control messages were cut (MSG_TRUNC, MSG_CTRUNC); with
	 * head_only, a payload may be, and train.bytes is its length. Counts
	 * RECV_CALLS, RECV_ERRORS and REARM_*; the worker counts RX_*.
	 */
	int (*recv)(void *self, struct batch *batch, int timeout_ms);

	/*
	 * Sends batch->messages in order, and takes back the loan of all
	 * trains; with zerocopy_from, the kernel may go on reading what it has
	 * taken. May wait for a limited time if the send buffer is full. Sets
	 * sent_* and error of every message; one that cannot be sent does not
	 * affect others. Also called if message_count is 0.
	 *
	 * 0, or -errno if going on is pointless. Counts SEND_CALLS, SEND_SHORT,
	 * SEND_WAITS, GSO_REFUSED and ZEROCOPY_*; the worker counts the rest
	 * from the messages.
	 */
	int (*send)(void *self, struct batch *batch);

	/* Reads back counts that the kernel keeps, now and then. NULL: there
	 * are none. */
	void (*publish)(void *self);

	/*
	 * Figures of all its sockets: drops and queued_bytes as sums, the
	 * others those of fd; two calls in a row see every socket. Called about
	 * 20 times a second, between send and recv, so it is also the time to
	 * tidy up. NULL: fd is the only socket. 0 or -errno.
	 */
	int (*look)(void *self, struct socket_memory *out);

	/* Ends what is in flight and frees the state, even with a batch on
	 * loan. After it has returned and the socket is closed, the port is
	 * free. */
	void (*fini)(void *self);
};

/* A backend and its private state, allocated by backend_open(). */
struct backend {
	const struct backend_ops *ops;
	void *self;
};

/* 0 or -errno; *b is zeroed on failure. By the worker's thread. */
int backend_open(struct backend *b, const struct backend_ops *ops,
	const struct backend_config *config);

/* Legal on zeroed state. */
void backend_close(struct backend *b);
