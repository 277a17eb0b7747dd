/* SPDX-License-Identifier: MIT */
/* How the path changed the marks (DSCP, ECN, TTL) of datagrams: arithmetic on
 * the counters of a server that reads them. core/counters.def explains these
 * counters. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The server's counts, or their differences over a run. All zero if it does not
 * read marks. */
struct marks_seen {
	uint64_t ecn[4]; /* datagrams by code point: not-ect, ect1, ect0, ce */
	uint64_t dscp_bits[6]; /* datagrams whose DSCP has the bit 1 << i */
	uint64_t hops;         /* sum of the TTLs or hop limits */
};

struct marks_kept {
	/* Datagrams whose marks were read; 0: nothing is known. */
	uint64_t datagrams;
	uint64_t ecn; /* of them, with the ECN that was set; exact */
	uint64_t dscp_least,
		/* Bounds on those with the DSCP that was set; equal if it is
		 * known exactly. */
		dscp_most;
	double ttl_mean;
	bool ttl_kept; /* by every datagram */
};

/* Compares with tos and ttl, the values that were set. */
void marks_compare(struct marks_kept *out, const struct marks_seen *seen,
	uint8_t tos, uint8_t ttl);

void marks_difference(struct marks_seen *out, const struct marks_seen *start,
	const struct marks_seen *end);
