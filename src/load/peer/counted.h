/* SPDX-License-Identifier: MIT */
/* A server's counters by name, from a server of any build, however they were
 * obtained. */
#pragma once

#include "load/load.h"

struct counted {
	const char *name;
	uint64_t value; /* the sum of all workers */
};

/*
 * The largest values that are believed: 2^50 datagrams take 130 days at 100
 * million a second, and 2^62 bytes or nanoseconds over 100 years. Anybody who
 * writes a segment or has the key can report any value; within these bounds no
 * sum or product in the ledger overflows.
 */
#define COUNTED_MOST       (UINT64_C(1) << 50)
#define COUNTED_MOST_UNITS (UINT64_C(1) << 62) /* of *_bytes, *_ns, *_hops */

/*
 * Fills in out from a list of counters; missing ones are 0. Counters of refused
 * and failed datagrams keep their names, even if this build does not know them.
 * The caller sets out->published, and adds the queries sent to
 * out->queries_lost. 0; -EPROTO if a value is larger than is believed, and then
 * out is unchanged.
 */
int counted_read(
	struct load_server *out, const struct counted *list, size_t count);

/* The last counters received; zeroed at first. wrong belongs to the caller. */
struct counted_past {
	bool any;
	bool wrong; /* impossible counters were received */
	struct load_server last;
};

/* Checks that the counters in now can follow those in past: the ledger
 * subtracts them, so that none may go down, and no name may appear, vanish or
 * move. 0; or -EPROTO, and past is unchanged. */
int counted_follow(struct counted_past *past, const struct load_server *now);
