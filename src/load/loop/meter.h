/* SPDX-License-Identifier: MIT */
/* What a thread counts and times: one writer, and readers while it runs.
 * Private to load/. */
#pragma once

#include "core/histogram.h"
#include "load/load.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct meter {
	/* struct load_counts, field by field. */
	_Alignas(64) _Atomic uint64_t
		live[sizeof(struct load_counts) / sizeof(uint64_t)];
	/* As of when the last datagram left or came. */
	_Atomic uint64_t active_ns;
	/* Of round trips: how long a reply is awaited, and the shortest. */
	_Atomic uint64_t timeout_ns, least_rtt_ns;
	/* Of the window; and what was counted at its start: both by the thread
	 * itself, at one moment. */
	struct histogram histograms[LOAD_HISTOGRAMS];
	struct load_counts before;
	struct load_jitter jitter; /* of flows that are no more */
	/* LOAD_PACED: what was due in the window, with what it began behind by,
	 * and what of that left; of earlier runs, what never left. */
	struct {
		uint64_t due, sent, overdue;
	} kept;
};

/* By the thread: field of struct load_counts goes up by n. */
#define METER_COUNT(m, field, n)                                               \
	meter_add(&(m)->live[offsetof(struct load_counts, field) /             \
			     sizeof(uint64_t)],                                \
		n)

static inline void meter_add(_Atomic uint64_t *c, uint64_t n)
{
	uint64_t v = atomic_load_explicit(c, memory_order_relaxed);

	atomic_store_explicit(c, v + n, memory_order_relaxed);
}

/* Adds what has been counted so far. By any thread. */
void meter_sum(const struct meter *m, struct load_counts *sum);

/* A run begins, or its window does: what is measured is measured from here. By
 * the thread itself, between two datagrams. */
void meter_begin(struct meter *m);

/* After meter_begin(), where a run begins: what is due since the one before. */
void meter_begin_plan(struct meter *m);

/* The plan is over: what of the window was kept is counted. */
void meter_end_plan(struct meter *m);
