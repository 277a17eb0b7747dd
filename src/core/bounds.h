/* SPDX-License-Identifier: MIT */
/*
 * Limits on the length of replies that may be coupled, learned per peer from
 * refused trains: the path takes no segments of that length, or no trains at
 * all. They expire after a minute, so that neither one peer nor a bad moment
 * costs others their trains for long.
 *
 * A hash table by the peer's host with one place per hash and no chains: a peer
 * that takes another's place costs that one more refusal. One thread at a time.
 */
#pragma once

#include "core/address.h"

#include <stdint.h>

#define BOUNDS_PLACES  256
#define BOUNDS_KEPT_NS 60000000000ull

struct bound {
	union address peer; /* its port is ignored */
	uint32_t bytes;     /* longer replies are not coupled */
	uint64_t until_ns;  /* CLOCK_MONOTONIC; 0: free */
};

struct bounds {
	uint32_t least; /* the smallest limit: shorter replies need no lookup */
	struct bound place[BOUNDS_PLACES];
};

void bounds_init(struct bounds *b);

/* From now on, replies longer than bytes to this peer are not coupled. */
void bounds_learn(struct bounds *b, const union address *peer, uint32_t bytes,
	uint64_t now_ns);

/* Removes expired limits. Call now and then; cheap if there are none. */
void bounds_expire(struct bounds *b, uint64_t now_ns);

/* The slow path of bounds_allow(). */
uint32_t bounds_of(const struct bounds *b, const union address *peer);

/* May replies of this length to this peer be coupled? */
static inline bool bounds_allow(
	const struct bounds *b, const union address *peer, uint32_t bytes)
{
	return bytes <= b->least || bytes <= bounds_of(b, peer);
}
