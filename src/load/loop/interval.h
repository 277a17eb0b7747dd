/* SPDX-License-Identifier: MIT */
/* Reports on a run as it goes: of its intervals, and of the steps of its ramp.
 * Private to load/. */
#pragma once

#include "load/loop/moment.h"

/* A history of some seconds. */
#define INTERVALS_PAST    64
#define INTERVALS_STEP_NS 50000000u

/* Where an interval or a step began, and the figures as of then. */
struct interval_start {
	uint64_t at_ns;
	struct load_counts counts;
	uint64_t lost; /* losses found by then */
	struct histogram latency;
};

struct intervals {
	uint64_t start_ns;
	struct load_counts begin; /* at the start of the run */
	struct interval_start told, step;
	uint32_t plan_step; /* that step's number in the plan */
	uint64_t lost;      /* losses found so far */
	/* A ring of how many datagrams had been sent when; next is the
	 * oldest. */
	struct intervals_sent {
		uint64_t at_ns, sent;
	} past[INTERVALS_PAST];
	uint32_t next;
};

/* Call before the threads of the run start, since they may be ahead of the one
 * that reports. begin: the counts as of now. */
void intervals_begin(struct intervals *i, const struct load *l,
	const struct load_counts *begin);

/* Call when they have been started: the time of the run begins. */
void intervals_start(struct intervals *i);

/* Call often: records how many datagrams have been sent. */
void intervals_look(struct intervals *i, const struct load *l);

/* server: its figures since the start of the run; NULL: they are not known. */
void intervals_tell(struct intervals *i, const struct load *l, bool omitted,
	const struct load_server *server);

/* Reports the current step of a ramp if it is over by now_ns, or if the run is.
 * Returns when the next one is over; UINT64_MAX: never, or there is none. */
uint64_t intervals_tell_step(
	struct intervals *i, const struct load *l, uint64_t now_ns, bool over);
