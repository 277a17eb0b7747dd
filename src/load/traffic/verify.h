/* SPDX-License-Identifier: MIT */
/*
 * What came back to one flow: is it the answer to one of its probes, is it the
 * first, did it overtake? Replies in order cost a comparison; only those that
 * are not touch the list of gaps.
 */
#pragma once

#include <stdint.h>

/* Gaps remembered: a reply to what was skipped before them is "late". */
#define VERIFY_GAPS 64

enum verify_result {
	VERIFY_FIRST,     /* the first reply to this probe */
	VERIFY_REORDERED, /* the first, and one sent later came before it */
	VERIFY_LATE,      /* so old that it cannot be told from a duplicate */
	VERIFY_DUPLICATE,
	VERIFY_UNSENT, /* nothing of that number was sent */
};

/* Sequence numbers not seen, first to end - 1. */
struct verify_gap {
	uint64_t first, end;
};

/* Zeroed is the state at the start of a flow. */
struct verify {
	uint64_t next;  /* one more than the highest number seen */
	uint64_t floor; /* gaps before this are forgotten */
	uint32_t gap_first, gap_count;
	struct verify_gap gaps[VERIFY_GAPS]; /* a ring, ascending */
};

/* Slow way of verify_note(). */
enum verify_result verify_unexpected(
	struct verify *v, uint64_t sequence, uint64_t sent);

/* sent: one more than the highest number sent. */
static inline enum verify_result verify_note(
	struct verify *v, uint64_t sequence, uint64_t sent)
{
	if (__builtin_expect(sequence == v->next && sequence < sent, 1)) {
		v->next++;
		return VERIFY_FIRST;
	}
	return verify_unexpected(v, sequence, sent);
}
