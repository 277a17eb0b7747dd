/* SPDX-License-Identifier: MIT */
/*
 * The contract of an engine: it moves a thread's messages into the kernel and
 * what arrives out of it, and does nothing else. It does not interpret
 * payloads, and does not decide what is sent when.
 *
 * A new engine is a file with a const table, declared in engines.h, and a line
 * in registry.c; it must pass the tests in tests/contract/engine*.c.
 *
 * All of an engine's state belongs to one thread of the generator. Before that
 * thread starts and after it has ended, another thread may call init, add,
 * remove and fini. Any thread may call probe.
 */
#pragma once

#include "core/train.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most messages of one send and arrivals of one receive. Few arrivals, so
 * that a loop that alternates between receiving and sending keeps to few cache
 * lines. */
#define ENGINE_MESSAGES 64
#define ENGINE_ARRIVALS 16

/* A receive that is given this long, or longer, may end some milliseconds late:
 * nothing else is waited for. */
#define ENGINE_IDLE_NS 10000000u

/* What an engine can do beyond sending lone datagrams from its own slots. */
enum engine_can {
	ENGINE_TRAINS = 1,  /* send several segments at once (UDP_SEGMENT) */
	ENGINE_TXTIME = 2,  /* send at a given time (SCM_TXTIME) */
	ENGINE_FOREIGN = 4, /* send data that is not in one of its slots */
	/* Choose by engine_config.zerocopy_from what is sent without
	 * copying. */
	ENGINE_ZEROCOPY = 32,
	/* It numbers and times probes itself: launch() takes the place of
	 * lend() and send(), and add() and remove() are only called while
	 * nothing is sent. */
	ENGINE_NUMBERS = 8,
	/* It makes frames and hands them to a device: needs a path. */
	ENGINE_FRAMES = 16,
};

/* The most datagrams of one launch, and of each the most bytes: a frame is in
 * one page, with what the kernel keeps there (TEST_XDP_FRAME_SIZE in
 * net/bpf/test_run.c). */
#define ENGINE_LAUNCH        4096
#define ENGINE_NUMBERED_MOST 3200

/* How frames that an engine makes itself leave. */
struct engine_path {
	unsigned device; /* index */
	uint8_t mac_from[6], mac_to[6];
	union address next; /* whose mac_to is; AF_UNSPEC: not known */
	bool v6;
};

/* For what all threads share. */
struct engine_share_config {
	const struct engine_path *path;
	const union address *peer; /* of all sockets */
	uint32_t threads;
	uint32_t busy_poll_us; /* 0: not */
	bool native, generic;  /* XDP only by the driver; only without */
};

/* Called with each fact; text is NULL if it is a number. */
typedef void engine_fact_fn(
	void *arg, const char *name, const char *text, uint64_t number);

struct engine_config {
	void *share;       /* from ops->share */
	uint32_t thread;   /* of all that share it, from 0 */
	uint32_t sockets;  /* the most that are added at once */
	size_t slot_bytes; /* size of a slot: the longest message */
	/* Called by init for each slot, and again for one that gets new memory.
	 * The engine never changes a slot's contents after that. NULL: slots
	 * start with any contents. */
	void (*fill)(void *arg, uint8_t *slot);
	void *fill_arg;
	/* Whoever writes to a slot changes no more than so many of the bytes
	 * that fill has written; 0: any. */
	uint32_t changes;
	/* ENGINE_ZEROCOPY: messages of at least so many bytes are sent without
	 * copying, even where the kernel copies them after all. 0: as the
	 * engine thinks best. */
	uint32_t zerocopy_from;
	/* About how many messages wait for replies at once; 0: not known. */
	uint32_t waiting;
	/* Is each of n datagrams of the socket of that owner answered, from
	 * number first on? They are counted from 0, in the order in which they
	 * were sent. NULL: that is never known. */
	bool (*answered)(void *arg, void *owner, uint64_t first, uint32_t n);
	void *answered_arg;
	const void *script; /* mem only: struct mem_script (engine/mem.h) */
	const struct engine_path *path; /* ENGINE_FRAMES only */
	uint32_t run;                   /* ENGINE_NUMBERS only: the probes' */
};

/* Probes to be sent over all sockets in turn, one after the other. */
struct engine_launch {
	uint32_t datagrams;    /* at most ENGINE_LAUNCH */
	const uint64_t *times; /* planned departures; NULL: now */
	/* Results: how many were numbered and handed over, and how many of
	 * these the device dropped at once; with times, how much later each of
	 * those sent has left, valid until the next launch. */
	uint32_t sent, dropped;
	const uint64_t *late_ns;
};

/* A message to be sent: one datagram or a train. */
struct engine_message {
	void *link;    /* the socket's, from add() */
	uint8_t *data; /* in a lent slot; with ENGINE_FOREIGN anywhere */
	uint32_t bytes;
	uint16_t segments;
	uint16_t segment_bytes; /* 0: the socket's own UDP_SEGMENT setting */
	uint64_t leave_ns;      /* by the socket's SO_TXTIME clock; 0: now */
};

/* An arrival: one datagram, or a train (UDP_GRO) of segments of one size, of
 * which the last may be shorter. */
struct engine_arrival {
	const uint8_t *data; /* on loan until the next recv */
	uint32_t bytes;
	uint32_t segment_bytes; /* equals bytes for a lone datagram */
};

/* What one receive took, all from one socket. */
struct engine_arrivals {
	void *owner; /* the socket's, from add() or own(); NULL: no socket */
	uint32_t count;
	/* The receive was full, and the next recv goes on with this socket. */
	bool more;
	struct engine_arrival at[ENGINE_ARRIVALS];
};

/* ICMP errors for a socket's datagrams since the last call. Each stands for one
 * datagram or one train that was not delivered. */
struct engine_reports {
	uint32_t too_big; /* larger than the path's MTU, and dropped */
	uint32_t refused; /* nobody listens there */
	uint32_t other;
};

/* What an engine is to be used for. */
struct engine_traffic {
	const union address *to, *from; /* from: AF_UNSPEC: any */
	/* Replies repeat the number of the datagram that they answer. */
	bool numbered;
	uint32_t zerocopy_from; /* as in engine_config */
};

/* Sends whose data the kernel was to use where it is, without copying it. */
struct engine_copies {
	uint64_t sends;   /* that are known to be complete */
	uint64_t copied;  /* of these, copied by the kernel after all */
	uint64_t renewed; /* slots that got new memory, because it was not
			     known whether the kernel still read the old */
	/* Sends that were refused for want of buffers (ENOBUFS), and that the
	 * engine repeats or leaves to the caller without telling it. */
	uint64_t nobufs;
};

/* What became of frames. */
struct engine_losses {
	uint64_t tx_dropped; /* sent, and dropped by the device */
	/* Arrived, and lost: no free frame or longer than one, the ring full, a
	 * wrong UDP checksum, no datagram of a socket of ours. */
	uint64_t rx_dropped, rx_ring_full, rx_checksum, rx_strange;
	/* Not datagrams: times that a free frame was missing, and entries of
	 * the rings that the kernel refused. */
	uint64_t fill_empty, invalid;
	uint64_t stack;  /* not lost: they came by the sockets */
	uint32_t unsent; /* no sum: those that wait now to be sent */
};

struct engine_ops {
	const char *name;  /* as typed on the command line */
	const char *brief; /* for --help */
	size_t size;       /* of the private state; it is zeroed before init */
	unsigned can;      /* enum engine_can */
	/* The most descriptors that it has open, besides those that are added
	 * to it. */
	uint32_t descriptors;
	/* ENGINE_FRAMES only: the most bytes of a datagram, on any device. */
	uint32_t bytes_most;
	/* Names of the system calls that it uses, for messages. */
	const char *send_call, *recv_call, *wait_call;
	/* What to do if send_call fails with EOPNOTSUPP, after its message;
	 * NULL: nothing is known. */
	const char *unsupported;

	/* Checks whether it can run here. 0, or -errno with a sentence for a
	 * person in why. Leaves nothing behind. */
	int (*probe)(char *why, size_t why_bytes);

	/* Checks whether it is right for such traffic. 0, or -errno and the end
	 * of a sentence in why, after the engine's name, that also says what
	 * would be right. NULL: it is right for any. */
	int (*suits)(const struct engine_traffic *traffic, char *why,
		size_t why_bytes);

	/*
	 * For engines with something that all threads share; else all of these
	 * are NULL. Before the first thread's init and after the last one's
	 * fini.
	 *
	 * queues: the most threads, or -errno with one line in why. share: 0,
	 * or -errno with one line in why and nothing left. facts: what was
	 * obtained, for the user.
	 */
	int (*queues)(
		const struct engine_path *path, char *why, size_t why_bytes);
	int (*share)(void **out, const struct engine_share_config *config,
		char *why, size_t why_bytes);
	void (*facts)(const void *share, engine_fact_fn *each, void *arg);
	void (*unshare)(void *share);

	/* self is zeroed. 0, or -errno; fini is called in either case, and is
	 * legal on zeroed or half-made state. */
	int (*init)(void *self, const struct engine_config *config);

	/* Adds a connected socket. The caller keeps fd, and keeps it open until
	 * remove. Arrivals carry owner; *link names the socket in later calls.
	 * 0 or -errno. */
	int (*add)(void *self, int fd, void *owner, void **link);

	/* Changes the owner that the socket's arrivals carry. */
	void (*own)(void *self, void *link, void *owner);

	/* Removes the socket. On return the engine sends none of its messages
	 * any more, and no longer receives from it. */
	void (*remove)(void *self, void *link);

	/* Lends slots to write messages into, until the next send: sets data of
	 * up to n messages. Returns how many, fewer while the kernel still
	 * reads other slots. */
	uint32_t (*lend)(
		void *self, struct engine_message *messages, uint32_t n);

	/*
	 * Sends messages in order, without waiting, and stops at the first that
	 * fails. Returns how many the kernel took, or the first one's -errno if
	 * it took none. If it took fewer than n, the error of the next may be
	 * lost (sendmmsg(2)); another send from there reports it, if it
	 * persists.
	 */
	int (*send)(
		void *self, const struct engine_message *messages, uint32_t n);

	/* ENGINE_NUMBERS only, else NULL. Sets the flow's number in its probes
	 * and the sequence number of the next one. 0 or -errno. */
	int (*number)(void *self, void *link, uint32_t flow, uint64_t sequence);

	/* Sends. 0; or -errno after l->sent of them. */
	int (*launch)(void *self, struct engine_launch *l);

	/* The sequence number of the flow's next probe. */
	uint64_t (*numbered)(void *self, void *link);

	/*
	 * Waits up to timeout_ns, then takes up to ENGINE_ARRIVALS arrivals
	 * from one socket. With 0 it does not wait, and makes at most one
	 * system call per socket if there is nothing. It may return early with
	 * nothing, and does so at least every ENGINE_IDLE_NS.
	 *
	 * Each readable socket gets its turn, however much others have queued.
	 * Returns in->count; 0 if nothing or a signal came; or -errno: of the
	 * socket of in->owner, or of the wait itself if that is NULL.
	 */
	int (*recv)(
		void *self, struct engine_arrivals *in, uint64_t timeout_ns);

	/* Has it taken datagrams out of the socket that recv has not returned?
	 * NULL: it never does. */
	bool (*holds)(void *self, void *link);

	/* Takes the ICMP errors queued for the socket (IP_RECVERR,
	 * IPV6_RECVERR; ip(7)); left there, they fill its receive buffer and
	 * keep waking the waiting thread. Never blocks. */
	void (*reports)(void *self, void *link, struct engine_reports *out);

	/* What became of its sends without copying, so far. NULL: it copies
	 * all. */
	void (*copies)(const void *self, struct engine_copies *out);

	/* What became of frames so far, as far as it is known: all of it after
	 * a recv that waited ENGINE_IDLE_NS for nothing. NULL: it makes no
	 * frames that it receives. */
	void (*losses)(void *self, struct engine_losses *out);

	/* Ends what is in flight and frees the state. */
	void (*fini)(void *self);
};

/* An engine and its private state, allocated by engine_open(). */
struct engine {
	const struct engine_ops *ops;
	void *self;
};

/* 0 or -errno; *e is zeroed on failure. */
int engine_open(struct engine *e, const struct engine_ops *ops,
	const struct engine_config *config);

/* Legal on zeroed state. */
void engine_close(struct engine *e);
