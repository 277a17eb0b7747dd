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
 * The most that is believed: 2^50 datagrams take 130 days at 100 million a
 * second, and 2^62 bytes or nanoseconds take over 100 years. Whoever writes a
 * segment or has the key may tell anything; within these bounds no sum or
 * product of the ledger's overflows.
 */
#define COUNTED_MOST       (UINT64_C(1) << 50)
#define COUNTED_MOST_UNITS (UINT64_C(1) << 62) /* of *_bytes, *_ns, *_hops */

/*
 * What the ledger wants of them; what is not there is 0. Each counter that says
 * what became of a datagram is told by its own name, whatever this build knows
 * of it. All but out->published, which is no sum, and the queries sent, which
 * are to be added to out->queries_lost. 0; -EPROTO, and nothing is written,
 * where a value is above what is believed.
 */
int counted_read(
	struct load_server *out, const struct counted *list, size_t count);

/* What was told last. Zeroed at first. wrong is the caller's to set and read.
 */
struct counted_past {
	bool any;
	bool wrong; /* something was told that cannot be */
	struct load_server last;
};

/* Can now have followed? Nothing may count backwards, and no name may appear,
 * go or change its place: the ledger subtracts one from the other. 0; -EPROTO,
 * and the past stays as it was. */
int counted_follow(struct counted_past *past, const struct load_server *now);
