/* SPDX-License-Identifier: MIT */
/* How a run goes, told every so often. Private to load/. */
#pragma once

#include "load/loop/moment.h"

/* Looks back over some seconds. */
#define INTERVALS_PAST    64
#define INTERVALS_STEP_NS 50000000u

struct intervals {
	uint64_t start_ns;
	struct load_counts begin; /* of the run */
	/* When the last was told, and what had been counted by then. */
	uint64_t at_ns;
	struct load_counts counts;
	uint64_t lost; /* that were told so far */
	/* How many had been sent when, the last of them at the end: a ring. */
	struct intervals_sent {
		uint64_t at_ns, sent;
	} past[INTERVALS_PAST];
	uint32_t next;
};

void intervals_begin(struct intervals *i, const struct load *l);

/* Now and then: remembers what has been sent. */
void intervals_look(struct intervals *i, const struct load *l);

void intervals_tell(struct intervals *i, const struct load *l, bool omitted);
