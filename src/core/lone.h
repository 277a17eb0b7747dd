/* SPDX-License-Identifier: MIT */
/*
 * Do trains come one by one? Then a call for one of them is cheaper than a call
 * for a batch, which looks for another one after the first, in vain. Learned
 * from how many the last calls found.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* After so many calls in a row that found a single one, more are expected. */
#define LONE_AFTER 8
/* Every so many-th call is for a batch all the same, to see whether more than
 * one is there by now; a power of two. */
#define LONE_LOOK 64

/* Zeroed: a batch is expected. */
struct lone {
	uint32_t row; /* calls in a row that found one */
};

/* Whether the next call should be for one. The same until lone_note(). */
static inline bool lone_expected(const struct lone *l)
{
	return l->row >= LONE_AFTER && l->row % LONE_LOOK != 0;
}

/* A call has found n > 0. */
static inline void lone_note(struct lone *l, uint32_t n)
{
	l->row = n == 1 ? l->row + 1 : 0;
}
