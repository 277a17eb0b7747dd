/* SPDX-License-Identifier: MIT */
/*
 * Up to which length replies may be coupled: what a refused train has taught,
 * about one peer: its path takes no segments of that length, or no trains at
 * all. What was learned is forgotten after a minute, so that one peer, or one
 * bad moment, costs no other its trains.
 *
 * One place a hash of the peer's host, and no chains: who takes another's place
 * costs it one more refusal. One thread at a time.
 */
#pragma once

#include "core/address.h"

#include <stdint.h>

#define BOUNDS_PLACES  256
#define BOUNDS_KEPT_NS 60000000000ull

struct bound {
	union address peer; /* its port does not matter */
	uint32_t bytes;     /* longer replies go alone */
	uint64_t until_ns;  /* CLOCK_MONOTONIC; 0: the place is free */
};

struct bounds {
	uint32_t least; /* of all places: what is no longer is not looked up */
	struct bound place[BOUNDS_PLACES];
};

void bounds_init(struct bounds *b);

/* Replies of more than bytes to this peer go alone. */
void bounds_learn(struct bounds *b, const union address *peer, uint32_t bytes,
	uint64_t now_ns);

/* Forgets what is too old. Now and then; cheap where nothing was learned. */
void bounds_expire(struct bounds *b, uint64_t now_ns);

/* The slow half of bounds_allow(). */
uint32_t bounds_of(const struct bounds *b, const union address *peer);

/* May replies of so many bytes to this peer be coupled? */
static inline bool bounds_allow(
	const struct bounds *b, const union address *peer, uint32_t bytes)
{
	return bytes <= b->least || bytes <= bounds_of(b, peer);
}
