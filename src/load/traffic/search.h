/* SPDX-License-Identifier: MIT */
/*
 * Searches for the highest rate with tolerable loss: the throughput of RFC 2544
 * with a loss limit above zero, and with decisive trials repeated, as in the
 * multiple loss ratio search (RFC 9971). Decisions only: the caller runs the
 * trials and reports their outcomes.
 *
 * Doubles the rate until it fails, then bisects between the highest good and
 * the lowest bad rate until they are close, then repeats the good one. A rate
 * is bad once it has failed twice in a row: a hiccup of the host must not
 * mislead the search. The majority of the repeats decides; if it is against the
 * rate, the search goes on below it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SEARCH_REPEATS 5

enum search_outcome {
	SEARCH_GOOD,
	SEARCH_LOSSY,
	SEARCH_LIMITED, /* the generator did not reach the rate */
};

enum search_phase {
	SEARCH_CLIMB,
	SEARCH_HALVE,
	SEARCH_CONFIRM,
	SEARCH_FOUND,
	SEARCH_NONE, /* even the lowest rate fails */
};

struct search {
	double precision; /* end when bad / good is at most this; above 1 */
	double lowest, highest;
	enum search_phase phase;
	double rate; /* rate of the next trial; with SEARCH_FOUND the answer */
	double good, bad; /* 0: none yet */
	enum search_outcome bad_outcome;
	bool doubted; /* the current rate has failed once */
	uint32_t passes, fails;
};

/* Begins at the rate first; stays between lowest and highest. */
void search_init(struct search *s, double first, double lowest, double highest,
	double precision);

static inline bool search_is_over(const struct search *s)
{
	return s->phase >= SEARCH_FOUND;
}

/* Reports the outcome of the trial at s->rate, and sets s->rate and s->phase
 * for the next one. */
void search_tell(struct search *s, enum search_outcome outcome);

/* The most trials that may follow, with the one at s->rate; more only if the
 * repeats are against the rate that was found. */
uint32_t search_most(const struct search *s);
