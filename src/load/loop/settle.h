/* SPDX-License-Identifier: MIT */
/* Collects what the ledger needs: the kernel's counters before and after a run,
 * and the counts of client and server. Private to load/. */
#pragma once

#include "load/loop/generator.h"

/* Values before the run. */
struct settle {
	uint64_t drops; /* skbs dropped by the flows' sockets */
	uint64_t sent;
	struct figures near, far;
};

/* Call before the first send. */
void settle_begin(struct settle *s, const struct load *l);

/* Reads how many packets queueing disciplines hold into l->queued_near and
 * l->queued_far. True if there are any. */
bool settle_queued(struct load *l);

/* After the rest: computes r->ledger from r->whole and r->server_whole. */
void settle_end(
	const struct settle *s, const struct load *l, struct load_result *r);
