/* SPDX-License-Identifier: MIT */
/* Latencies of the replies. Private to load/. */
#pragma once

#include "core/probe.h"
#include "load/loop/thread.h"

#include <stddef.h>
#include <string.h>

/* Consecutive replies with the same planned departure and, with one_clock, the
 * same time at the server: one latency, recorded n times. */
struct latency_run {
	uint64_t meant_ns, taken;
	const uint8_t *data; /* the first reply */
	uint32_t bytes, magic, n;
};

/* Counts of one receive, added to the meter at its end. */
struct tally {
	uint32_t datagrams, first, reordered, late, duplicate, corrupt, stale;
	uint32_t differences, trips;
	uint32_t overdue; /* came after they had been written off */
	uint64_t bytes, difference_ns, trip_ns;
	/* Those before are zeroed for each receive; these are not. */
	uint64_t gaps;
	struct latency_run run;
};

/* No more than a cache line: above that, compilers make a string instruction of
 * it, which takes longer than a lone reply's check. */
static inline void tally_begin(struct tally *y)
{
	memset(y, 0, offsetof(struct tally, gaps));
	y->run.n = 0;
}

/* Ends a run of replies: records its latency once for each. */
void latency_end_run(struct load_thread *t, struct flow *f, struct tally *y);

/* Records latencies of n replies without a number: each is taken as the reply
 * to the next probe, from number next on. That is only right if none was lost,
 * which fill_window() in run.c checks. */
void latency_in_order(struct load_thread *t, struct flow *f, struct tally *y,
	uint64_t next, uint32_t n);

/* Notes one round trip for a whole receive. After probes were written off, a
 * reply without a number may be to one of those, and is left out for a
 * while. */
void latency_round_trip(struct load_thread *t, const struct flow *f,
	const struct latency_run *run);

/* Everything in one receive arrived at one time, so that probes with the same
 * departure have the same latency: a comparison each, and a record only where
 * it differs. */
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
