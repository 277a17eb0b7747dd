/* SPDX-License-Identifier: MIT */
/* How long what comes back was under way. Private to load/. */
#pragma once

#include "core/probe.h"
#include "load/loop/thread.h"

#include <string.h>

/* Replies in a row that were meant to leave at one time, and were taken by the
 * server at one where that is of interest: one latency, so many times. */
struct latency_run {
	uint64_t meant_ns, taken;
	const uint8_t *data; /* of the first */
	uint32_t bytes, magic, n;
};

/* What one receive brought, counted once at its end. */
struct tally {
	uint32_t datagrams, first, reordered, late, duplicate, corrupt, stale;
	uint32_t differences, trips;
	uint32_t overdue; /* had been written off */
	uint64_t bytes, gaps, difference_ns, trip_ns;
	struct latency_run run;
};

/* A run of replies is over: each is counted, with the latency of all. */
void latency_end_run(struct load_thread *t, struct flow *f, struct tally *y);

/* Replies without a number are taken for the next one's, which holds where none
 * is missing: who tells of it looks at that. next: as before this train, of
 * which n are no surplus. */
void latency_in_order(struct load_thread *t, struct flow *f, struct tally *y,
	uint64_t next, uint32_t n);

/* One round trip for all that came at once. A reply without a number that comes
 * soon after some were given up may be one of theirs, and tells nothing. */
void latency_round_trip(struct load_thread *t, const struct flow *f,
	const struct latency_run *run);

/* All that one receive brings came at one time, so that what was sent at one
 * has one latency: a comparison each, and a record for each that differs. */
static inline void latency_of_probe(struct load_thread *t, struct flow *f,
	struct tally *y, const struct probe *p, const uint8_t *data,
	uint32_t bytes)
{
	struct latency_run *run = &y->run;
	uint64_t taken = 0;

	if (t->config->one_clock && bytes >= PROBE_BYTES + sizeof(taken))
		memcpy(&taken, data + PROBE_BYTES, sizeof(taken));
	if (run->n && run->meant_ns == p->sent_ns && run->taken == taken) {
		run->n++;
		return;
	}
	latency_end_run(t, f, y);
	*run = (struct latency_run){
		p->sent_ns, taken, data, bytes, p->magic, 1};
}
