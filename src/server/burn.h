/* SPDX-License-Identifier: MIT */
/*
 * Wastes time on purpose for each datagram, so that a benchmark can be tested
 * with a slowdown of known size. It reads no clock while it burns: the cost of
 * a round is measured once, by the thread that will burn.
 */
#pragma once

#include <stdint.h>

/* Per datagram. */
#define BURN_NS_MAX     1e4
#define BURN_ROUNDS_MAX 30000

struct burn {
	uint64_t rounds; /* per datagram, in units of 2^-32 rounds; 0: none */
	uint64_t owed;   /* fraction of a round not burnt yet, below 2^32 */
};

/* Sets up burning ns nanoseconds per datagram. By the thread that burns, after
 * it is pinned. Takes about 10 ms if ns is above 0. */
void burn_init(struct burn *b, double ns);

/* Sets up burning that many rounds per datagram. Measures nothing, so that the
 * number of instructions is always the same. */
void burn_init_rounds(struct burn *b, uint32_t rounds);

void burn_spend(struct burn *b, uint32_t datagrams);
