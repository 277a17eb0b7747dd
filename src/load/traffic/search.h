/* SPDX-License-Identifier: MIT */
/*
 * The search for the highest rate that is carried with little enough loss: the
 * throughput of RFC 2544 with a bound above zero, and its trials repeated where
 * it counts, as the multiple loss ratio search (RFC 9971) has it. Decisions
 * only: who runs the trials tells what came of each.
 *
 * Climbs by doubling until a rate fails, halves the way between the highest
 * good and the lowest bad one until they are near, then repeats the good one. A
 * rate is bad when it has failed twice in a row: a hiccup of the host must not
 * send the search the wrong way. Of the repeats the majority decides; where it
 * is against, the rate was luck, and the search goes on below it.
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
	SEARCH_NONE, /* not even the lowest rate is carried */
};

struct search {
	double precision; /* bad / good at the end, above 1 */
	double lowest, highest;
	enum search_phase phase;
	double rate;      /* of the next trial; found: the answer */
	double good, bad; /* 0: none yet */
	enum search_outcome bad_outcome;
	bool doubted; /* this rate has failed once */
	uint32_t passes, fails;
};

/* Begins at first; never tries above highest or below lowest. */
void search_init(struct search *s, double first, double lowest, double highest,
	double precision);

static inline bool search_is_over(const struct search *s)
{
	return s->phase >= SEARCH_FOUND;
}

/* What the trial at s->rate came to: s->rate and s->phase are then the next
 * one's. */
void search_tell(struct search *s, enum search_outcome outcome);
