/* SPDX-License-Identifier: MIT */
/* Counters and histograms of a thread: written by it alone; the atomic ones may
 * be read while it runs. Private to load/. */
#pragma once

#include "core/histogram.h"
#include "load/load.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct meter {
	/* The fields of struct load_counts. */
	_Alignas(64) _Atomic uint64_t
		live[sizeof(struct load_counts) / sizeof(uint64_t)];
	/* When the last datagram left or arrived. */
	_Atomic uint64_t active_ns;
	/* How long a reply is awaited, and the shortest round trip. */
	_Atomic uint64_t timeout_ns, least_rtt_ns;
	/* Of the window. LOAD_LATENCY is of all that came so far, because
	 * intervals are differences of it (histogram_peek()); only its min and
	 * max are of the window: see meter_latency(). */
	struct histogram histograms[LOAD_HISTOGRAMS];
	/* At the start of the window; the thread sets all of these at the same
	 * moment. */
	struct histogram latency_before;
	struct load_counts before;
	struct load_jitter jitter; /* of flows that are closed */
	/* LOAD_PACED: datagrams due in the window, including any backlog at its
	 * start, and how many of them left. overdue: what earlier runs left
	 * unsent. */
	struct {
		uint64_t due, sent, overdue;
	} kept;
};

/* Adds n to a field of struct load_counts. By the thread itself. */
#define METER_COUNT(m, field, n)                                               \
	meter_add(&(m)->live[offsetof(struct load_counts, field) /             \
			     sizeof(uint64_t)],                                \
		n)

#define METER_READ(m, field)                                                   \
	atomic_load_explicit(&(m)->live[offsetof(struct load_counts, field) /  \
					sizeof(uint64_t)],                     \
		memory_order_relaxed)

static inline void meter_add(_Atomic uint64_t *c, uint64_t n)
{
	uint64_t v = atomic_load_explicit(c, memory_order_relaxed);

	atomic_store_explicit(c, v + n, memory_order_relaxed);
}

/* Adds the counts so far to sum. By any thread. */
void meter_sum(const struct meter *m, struct load_counts *sum);

/* Begins to measure: at the start of a run, and again at its window. By the
 * thread itself, between two datagrams. */
void meter_begin(struct meter *m);

/* The latencies of the window. When the thread has ended. */
void meter_latency(const struct meter *m, struct histogram *out);

/* After meter_begin() at the start of a run: notes what earlier runs left
 * unsent. */
void meter_begin_plan(struct meter *m);

/* At the end of the plan: computes kept. */
void meter_end_plan(struct meter *m);
