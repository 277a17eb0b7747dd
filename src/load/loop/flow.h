/* SPDX-License-Identifier: MIT */
/* A client socket with its own sequence numbers. Private to load/. */
#pragma once

#include "load/load.h"
#include "load/loop/jitter.h"
#include "load/traffic/verify.h"
#include "net/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOW_TIMES 1024 /* a power of two */

struct flow {
	int fd;
	void *link; /* in its thread's engine */
	/* The flow that has taken its place, where it is over; NULL: it sends.
	 */
	struct flow *heir;
	uint32_t number;
	uint64_t sequence;    /* of the next probe: so many were sent */
	uint64_t written_off; /* replies to what is before are not awaited */
	uint64_t skipped; /* the same where replies have no number: so many */
	uint64_t before;  /* in flight of those whose place it has taken */
	uint64_t progress_ns;    /* when a reply came, or the first was sent */
	uint64_t written_off_ns; /* when it was last */
	bool refused;            /* what is in flight was, or a part of it */
	/* In its thread's list of those that may have room to send. */
	bool asks;
	struct flow *next_asking;
	struct verify verify;
	struct jitter jitter;
	/* When the last FLOW_TIMES were meant to leave, where replies have no
	 * number to look it up by; else NULL. */
	uint64_t *times;
};

static inline uint64_t flow_in_flight(const struct flow *f)
{
	uint64_t done = f->verify.next + f->skipped;
	uint64_t base = f->verify.next > f->written_off ? f->verify.next
							: f->written_off;

	/* Replies without a number are counted, and not placed. */
	if (f->times)
		return f->sequence > done ? f->sequence - done : 0;
	return f->sequence - base;
}

/* What is in flight is not awaited any more. */
static inline void flow_write_off(struct flow *f)
{
	f->skipped += flow_in_flight(f);
	f->written_off = f->sequence;
}

/* Has each that was sent been answered? Then nothing more is to come. */
static inline bool flow_is_done(const struct flow *f)
{
	return f->verify.next == f->sequence && f->verify.gap_count == 0 &&
	       f->verify.floor == 0;
}

/* Its socket, connected: a descriptor; or -errno and one line in why. */
int flow_open(const struct load_config *c, uint32_t number,
	struct socket_obtained *got, char *why, size_t why_bytes);

/* Datagrams of one size: the socket knows how to cut a send, where of mixed
 * sizes each send says it. 0 or -errno. */
int flow_take_trains(const struct load_config *c, int fd);
