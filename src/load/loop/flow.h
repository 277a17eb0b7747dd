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
	void *link; /* names the socket in its thread's engine */
	/* The flow that has replaced this retired one; NULL: not retired. */
	struct flow *heir;
	uint32_t number;
	/* Number of the next probe, and how many were sent. */
	uint64_t sequence;
	/* Probes before this number are no longer awaited. */
	uint64_t written_off;
	/* If replies carry no number: probes no longer awaited. */
	uint64_t skipped;
	uint64_t before; /* in flight of the flows that it has replaced */
	/* When the last reply came, or the first probe in flight was sent. */
	uint64_t progress_ns;
	uint64_t written_off_ns; /* when probes were last written off */
	bool refused; /* ICMP reported a loss among what is in flight */
	/* In its thread's list of flows that may have room to send. */
	bool asks;
	struct flow *next_asking;
	struct verify verify;
	struct jitter jitter;
	/* If replies carry no number: a ring of the planned departures of the
	 * last FLOW_TIMES probes; else NULL. */
	uint64_t *times;
};

static inline uint64_t flow_in_flight(const struct flow *f)
{
	uint64_t done = f->verify.next + f->skipped;
	uint64_t base = f->verify.next > f->written_off ? f->verify.next
							: f->written_off;

	/* Replies without a number can only be counted. */
	if (f->times)
		return f->sequence > done ? f->sequence - done : 0;
	return f->sequence - base;
}

/* Stops waiting for replies to what is in flight. */
static inline void flow_write_off(struct flow *f)
{
	f->skipped += flow_in_flight(f);
	f->written_off = f->sequence;
}

/* Has every probe been answered, so that nothing more will come? */
static inline bool flow_is_done(const struct flow *f)
{
	return f->verify.next == f->sequence && f->verify.gap_count == 0 &&
	       f->verify.floor == 0;
}

/* Opens and connects the socket of the flow with that number. Returns the
 * descriptor; or -errno and one line in why. */
int flow_open(const struct load_config *c, uint32_t number,
	struct socket_obtained *got, char *why, size_t why_bytes);

/* Sets the socket's UDP_SEGMENT if all datagrams have one size; with mixed
 * sizes each send carries its own. 0 or -errno. */
int flow_take_trains(const struct load_config *c, int fd);
