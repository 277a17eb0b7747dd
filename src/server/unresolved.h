/* SPDX-License-Identifier: MIT */
/*
 * Replies to neighbours that do not answer fill a send buffer, and then nobody
 * is answered: whoever forges addresses of the server's own network could
 * silence it. So a worker whose buffer fills up asks the kernel which
 * neighbours those are, and refuses to answer them until it has room again.
 *
 * One thread's, the worker's. Where the buffer has room, it costs a comparison
 * a batch.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

#include <stdint.h>

/* The kernel has up to 1024 (net.ipv4.neigh.default.gc_thresh3) of a family. */
#define UNRESOLVED_PLACES 4096

struct unresolved {
	uint64_t until_ns; /* 0: nobody is looked for */
	uint32_t count;
	union address place[UNRESOLVED_PLACES]; /* by a hash; AF_UNSPEC: free */
};

/* Now and then: how much of the send buffer is taken. */
void unresolved_look(struct unresolved *u, uint32_t queued_bytes,
	uint32_t room_bytes, uint64_t now_ns);

/* Turns answers to those that are known into refusals, and counts them as
 * COUNTER_SEND_FAILED_UNRESOLVED. Only where count is above 0. */
void unresolved_check(const struct unresolved *u, struct batch *batch,
	struct counters *counters);

/* Notes one; as from the kernel. */
void unresolved_add(struct unresolved *u, const union address *neighbour);
