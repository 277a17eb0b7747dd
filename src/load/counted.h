/* SPDX-License-Identifier: MIT */
/* A server's counters, by the names that they have there: of whatever build it
 * is, and whoever brings them from it. */
#pragma once

#include "load/load.h"

struct counted {
	const char *name;
	uint64_t value; /* the sum of all workers */
};

/*
 * What the ledger wants of them; what is not there is 0. Each counter that says
 * what became of a datagram is told by its own name, whatever this build knows
 * of it. All but out->published, which is no sum, and the queries sent, which
 * are to be added to out->queries_lost.
 */
void counted_read(
	struct load_server *out, const struct counted *list, size_t count);
