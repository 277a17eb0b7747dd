/* SPDX-License-Identifier: MIT */
/*
 * Time that a server wastes on purpose for each datagram, so that a harness
 * can be shown a slowdown of a known size. No clock is read while it burns:
 * what a round costs is found out once, by the thread that will burn.
 */
#pragma once

#include <stdint.h>

#define BURN_NS_MAX 1e4 /* a datagram */

struct burn {
	uint64_t rounds; /* for each datagram, in 2^-32 rounds; 0: none */
	uint64_t owed;   /* what no whole round was burnt for yet, below 2^32 */
};

/* By the thread that burns, once it is where it stays. Takes some 10 ms where
 * ns, a datagram's share, is above 0. */
void burn_init(struct burn *b, double ns);

void burn_spend(struct burn *b, uint32_t datagrams);
