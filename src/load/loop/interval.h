/* SPDX-License-Identifier: MIT */
/* Interval reports on a run. Private to load/. */
#pragma once

#include "load/loop/moment.h"

/* A history of some seconds. */
#define INTERVALS_PAST    64
#define INTERVALS_STEP_NS 50000000u

struct intervals {
	uint64_t start_ns;
	struct load_counts begin; /* at the start of the run */
	/* When the last interval was reported, and the counts as of then. */
	uint64_t at_ns;
	struct load_counts counts;
	uint64_t lost; /* losses reported so far */
	/* A ring of how many datagrams had been sent when; next is the
	 * oldest. */
	struct intervals_sent {
		uint64_t at_ns, sent;
	} past[INTERVALS_PAST];
	uint32_t next;
};

/* begin: the counts from before anything was sent, since threads may be ahead
 * of the one that reports. */
void intervals_begin(struct intervals *i, const struct load_counts *begin);

/* Call often: records how many datagrams have been sent. */
void intervals_look(struct intervals *i, const struct load *l);

void intervals_tell(struct intervals *i, const struct load *l, bool omitted);
