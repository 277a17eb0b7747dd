/* SPDX-License-Identifier: MIT */
/* What the ledger takes from a run: the kernel's counters around it, and what
 * client and server counted. Private to load/. */
#pragma once

#include "load/loop/generator.h"

/* As it was before. */
struct settle {
	uint64_t drops; /* of the flows' sockets */
	uint64_t sent;
	struct figures near, far;
};

/* Before the first send. */
void settle_begin(struct settle *s, const struct load *l);

/* What queueing disciplines on the way still hold, into l->queued_near and
 * l->queued_far: is there any? */
bool settle_queued(struct load *l);

/* When all is at rest: r->ledger, of r->whole and r->server_whole. */
void settle_end(
	const struct settle *s, const struct load *l, struct load_result *r);
