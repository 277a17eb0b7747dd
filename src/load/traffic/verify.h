/* SPDX-License-Identifier: MIT */
/*
 * Classifies the replies of one flow by sequence number: first, duplicate,
 * reordered or late. Replies in order cost one comparison; only others touch
 * the list of gaps.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How many gaps are remembered; a reply into an older gap is "late". */
#define VERIFY_GAPS 64

enum verify_result {
	VERIFY_FIRST, /* the first reply to this probe */
	/* The first, but a reply to a later probe came before it. */
	VERIFY_REORDERED,
	VERIFY_LATE, /* so old that it may also be a duplicate */
	VERIFY_DUPLICATE,
	VERIFY_UNSENT, /* no probe of that number was sent */
};

/* Sequence numbers not seen: first to end - 1. */
struct verify_gap {
	uint64_t first, end;
};

/* Zeroed: the start of a flow. */
struct verify {
	uint64_t next;  /* one more than the highest number seen */
	uint64_t floor; /* gaps before this are forgotten */
	uint32_t gap_first, gap_count;
	struct verify_gap gaps[VERIFY_GAPS]; /* a ring, ascending */
};

/* The slow path of verify_note(). */
enum verify_result verify_unexpected(
	struct verify *v, uint64_t sequence, uint64_t sent);

/* Is each of n probes answered, from number first on? False also if that is
 * forgotten. */
bool verify_has_all(const struct verify *v, uint64_t first, uint32_t n);

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
