/* SPDX-License-Identifier: MIT */
/* What the threads of a run share. While they run only the atomics change.
 * Private to load/. */
#pragma once

#include "load/load.h"
#include "load/traffic/content.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum load_phase {
	PHASE_WARMUP,
	PHASE_WINDOW, /* measured */
	PHASE_REST,   /* no more sends */
	PHASE_END,
};

/* An entry of the send table: datagrams of one size. */
struct load_unit {
	uint16_t bytes;
	uint16_t segments; /* the most of one send */
};

struct load_shared {
	const struct load_config *config;
	const struct load_hooks *hooks;
	void *engine_share; /* from engine_ops.share */
	struct content content;
	struct load_unit units[SIZES_TABLE];
	char text[40]; /* the length service's reply, if there is one size */
	uint32_t text_bytes;
	uint64_t start_ns; /* start of the run and its plan */
	uint32_t runs;     /* including this one; seeds the random draws */
	_Atomic enum load_phase phase;
	_Atomic bool measured;  /* PHASE_WINDOW has begun */
	_Atomic int64_t budget; /* datagrams still to send; with count only */
	_Atomic bool noticed;   /* refused trains were reported, ... */
	_Atomic bool shortened; /* ... and those that were too many segments */
	_Atomic uint32_t
		replayed; /* threads that have sent their part of a replay */
	_Atomic bool windows_counted; /* a thread has executed its last mark */
	_Atomic uint32_t next_flow;   /* number of the next flow */
	_Atomic bool renewal_noticed; /* a failed renewal was reported */
	_Atomic bool room_noticed;    /* a lack of room to renew was reported */
	_Atomic bool halted;          /* a thread cannot go on */
	/* How many datagrams had been sent when ICMP last reported one too
	 * big. */
	_Atomic uint64_t too_big_until;
	struct load_thread *threads;
};

/* Have all threads sent their part of a replay? */
static inline bool replay_spent(const struct load_shared *s)
{
	return s->config->replay &&
	       atomic_load(&s->replayed) == s->config->threads;
}
