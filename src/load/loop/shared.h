/* SPDX-License-Identifier: MIT */
/* What the threads of a run share: all of it is read-only while they run, but
 * for the atomics. Private to load/. */
#pragma once

#include "load/load.h"
#include "load/traffic/content.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum load_phase {
	PHASE_WARMUP,
	PHASE_WINDOW, /* what is measured */
	PHASE_REST,   /* nothing is sent any more */
	PHASE_END,
};

/* A send that is to be: so many datagrams of one size. */
struct load_unit {
	uint16_t bytes;
	uint16_t segments; /* at most */
};

struct load_shared {
	const struct load_config *config;
	const struct load_hooks *hooks;
	struct content content;
	struct load_unit units[SIZES_TABLE];
	char text[40]; /* what the length service answers, to one size */
	uint32_t text_bytes;
	uint64_t start_ns; /* of the plan */
	uint32_t runs;     /* so far, with this one: draws differ */
	_Atomic enum load_phase phase;
	_Atomic bool measured;  /* the phase is, or was, PHASE_WINDOW */
	_Atomic int64_t budget; /* datagrams still to send; with count only */
	_Atomic bool noticed;   /* that trains were refused */
	_Atomic uint32_t replayed;    /* threads at the end of a replay */
	_Atomic uint32_t next_flow;   /* the next one's number */
	_Atomic bool renewal_noticed; /* that one failed */
	_Atomic bool room_noticed;    /* that there was none for one */
	_Atomic bool halted;          /* a thread cannot go on */
	/* Datagrams that had left when ICMP last reported one too big. */
	_Atomic uint64_t too_big_until;
	struct load_thread *threads;
};

/* Has each thread sent all of a replay? */
static inline bool replay_spent(const struct load_shared *s)
{
	return s->config->replay &&
	       atomic_load(&s->replayed) == s->config->threads;
}
