/* SPDX-License-Identifier: MIT */
/*
 * The contract of an engine: how a thread's probes cross the kernel's border,
 * and how what comes back does; nothing else. An engine knows no plan and no
 * reply, and decides nothing about what is sent when.
 *
 * A new engine is a file with a const table and a line in registry.c; the tests
 * in tests/contract/engine.c must pass for it.
 *
 * All of an engine's state belongs to one thread of the generator. Before that
 * thread starts, and after it has ended, another may call init, add, remove
 * and fini. probe may be called by any.
 */
#pragma once

#include "core/train.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages of one send, and arrivals of one receive, at most. A loop that sends
 * to one flow and receives from the next touches few cache lines in between. */
#define ENGINE_MESSAGES 64
#define ENGINE_ARRIVALS 16

/* How long a receive may wait at least, where the caller has nothing else to
 * do. */
#define ENGINE_IDLE_NS 10000000u

/* What an engine can do beyond sending lone datagrams from its own slots. */
enum engine_can {
	ENGINE_TRAINS = 1,  /* messages of several segments (UDP_SEGMENT) */
	ENGINE_TXTIME = 2,  /* messages with a time to leave (SCM_TXTIME) */
	ENGINE_FOREIGN = 4, /* messages whose data is in no slot of its own */
};

struct engine_config {
	uint32_t sockets;  /* that are in it at once, at most */
	size_t slot_bytes; /* of the longest message that is sent from a slot */
	/* Called by init for each slot, before it is first lent: what is
	 * written then is still there when it is lent, but for what the caller
	 * has written since. NULL: slots are lent as they are. */
	void (*fill)(void *arg, uint8_t *slot);
	void *fill_arg;
	const void *script; /* mem only: struct mem_script (engine/mem.h) */
};

/* To be sent: one datagram, or a train. */
struct engine_message {
	void *link;    /* of the socket, as add() gave it */
	uint8_t *data; /* in a slot that is lent; foreign where it can be */
	uint32_t bytes;
	uint16_t segments;
	uint16_t segment_bytes; /* 0: as the socket cuts (UDP_SEGMENT) */
	uint64_t leave_ns;      /* by the socket's SO_TXTIME clock; 0: now */
};

/* What came: one datagram, or a train of segments of one size (UDP_GRO), the
 * last of which may be shorter. */
struct engine_arrival {
	const uint8_t *data; /* on loan until the next recv */
	uint32_t bytes;
	uint32_t segment_bytes; /* bytes, where it is a lone datagram */
};

/* What one receive brought: all of it from one socket. */
struct engine_arrivals {
	void *owner; /* of the socket; NULL: of none */
	uint32_t count;
	/* The next recv takes more from the same socket: it had as many as one
	 * receive takes, and its turn is not over. */
	bool more;
	struct engine_arrival at[ENGINE_ARRIVALS];
};

/* What ICMP has reported for a socket's datagrams since it was last asked: each
 * is one datagram, or one train, that did not get where it should have. */
struct engine_reports {
	uint32_t too_big; /* a router had no room for it, and dropped it */
	uint32_t refused; /* nobody listens there */
	uint32_t other;
};

struct engine_ops {
	const char *name;  /* as typed on the command line */
	const char *brief; /* for --help */
	size_t size;       /* of the private state, which is zeroed */
	unsigned can;      /* enum engine_can */
	/* The calls that it stands and falls with, for messages. */
	const char *send_call, *recv_call, *wait_call;

	/* Can it run here? 0, or -errno with a sentence for a person in why.
	 * Leaves nothing behind. */
	int (*probe)(char *why, size_t why_bytes);

	/* self is zeroed. 0, or -errno; fini is called in either case, and is
	 * legal on zeroed or half-made state. */
	int (*init)(void *self, const struct engine_config *config);

	/* A connected socket joins; fd stays the caller's, and open until it
	 * is removed. owner is what its arrivals are told with. 0 or -errno. */
	int (*add)(void *self, int fd, void *owner, void **link);

	/* The socket's arrivals are told with another owner from now on. */
	void (*own)(void *self, void *link, void *owner);

	/* It leaves: none of its messages is under way any more, and nothing
	 * of it will be received. */
	void (*remove)(void *self, void *link);

	/* Slots to write messages into: sets data of up to n messages, and
	 * returns for how many; fewer where others are still being sent from.
	 * They are lent until the next send. */
	uint32_t (*lend)(
		void *self, struct engine_message *messages, uint32_t n);

	/*
	 * Sends messages in their order, without waiting, and stops at the
	 * first that fails. Returns how many were taken. Where that is none,
	 * the -errno of the first; where it is some, and fewer than n, the
	 * error may be lost (sendmmsg(2)): the next send that begins there
	 * will say it, unless it has passed.
	 */
	int (*send)(
		void *self, const struct engine_message *messages, uint32_t n);

	/*
	 * Waits up to timeout_ns for something to come; takes what one socket
	 * has, up to ENGINE_ARRIVALS. With 0 it does not wait: where nothing
	 * came, that is one system call for each socket at most. It may return
	 * early with nothing, at least every ENGINE_IDLE_NS.
	 *
	 * Each socket that has something gets its turn, however much others
	 * have. Returns in->count; 0 where nothing came or a signal did; or
	 * -errno, of the socket that in->owner tells, or of waiting as such
	 * where that is NULL.
	 */
	int (*recv)(
		void *self, struct engine_arrivals *in, uint64_t timeout_ns);

	/* Takes what ICMP has reported for the socket's datagrams (IP_RECVERR,
	 * IPV6_RECVERR; ip(7)): it takes room of the receive buffer, and wakes
	 * who waits. Never blocks. */
	void (*reports)(void *self, void *link, struct engine_reports *out);

	/* Ends what is in flight. */
	void (*fini)(void *self);
};

/* Private state allocated, zeroed, and made by ops->init. */
struct engine {
	const struct engine_ops *ops;
	void *self;
};

/* 0 or -errno; *e is zeroed on failure. */
int engine_open(struct engine *e, const struct engine_ops *ops,
	const struct engine_config *config);

/* Legal on zeroed state. */
void engine_close(struct engine *e);
