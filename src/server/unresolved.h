/* SPDX-License-Identifier: MIT */
/*
 * Replies to neighbours that do not exist can fill the send buffer until nobody
 * is answered, so that somebody who forges addresses of the server's network
 * could silence it. A worker whose buffer fills up therefore asks the kernel
 * for such neighbours, and does not answer them until there is room again.
 *
 * Belongs to one worker's thread. While the buffer has room, it costs a
 * comparison per batch.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

#include <stdint.h>

/* The kernel has up to 1024 neighbours per family
 * (net.ipv4.neigh.default.gc_thresh3). */
#define UNRESOLVED_PLACES 4096

struct unresolved {
	uint64_t until_ns; /* 0: inactive */
	uint32_t count;
	union address
		place[UNRESOLVED_PLACES]; /* a hash table; AF_UNSPEC: free */
};

/* Call now and then with the used bytes and the size of the send buffer. */
void unresolved_look(struct unresolved *u, uint32_t queued_bytes,
	uint32_t room_bytes, uint64_t now_ns);

/* Turns answers to these neighbours into refusals, and counts them as
 * COUNTER_SEND_FAILED_UNRESOLVED. Only if count is above 0. */
void unresolved_check(const struct unresolved *u, struct batch *batch,
	struct counters *counters);

/* Adds a neighbour, as if from the kernel. */
void unresolved_add(struct unresolved *u, const union address *neighbour);
