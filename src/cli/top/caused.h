/* SPDX-License-Identifier: MIT */
/* Why a server did not answer: its causes, the most frequent ones first. */
#pragma once

#include "cli/top/watched.h"

struct caused {
	const struct counter_description *counter;
	enum cause cause;
	double rate; /* per second; NAN: not known yet */
	uint64_t total;
};

/* Those that are above 0, as far as there is room; by rate, then by total.
 * Returns their number. all: how many there would be. */
unsigned caused_take(struct caused *out, unsigned room, unsigned *all,
	const struct watched *w);
