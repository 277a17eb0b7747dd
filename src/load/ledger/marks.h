/* SPDX-License-Identifier: MIT */
/* What the path made of the marks that datagrams were sent with: arithmetic on
 * the counters of a server that reads them (core/counters.def says how they
 * are to be read). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* As the server counted; of a run: differences. All zero where it does not
 * read marks. */
struct marks_seen {
	uint64_t ecn[4]; /* datagrams by code point: not-ect, ect1, ect0, ce */
	uint64_t dscp_bits[6]; /* datagrams whose DSCP has the bit 1 << i */
	uint64_t hops;         /* sum of TTLs or hop limits */
};

struct marks_kept {
	uint64_t datagrams; /* whose marks were read; 0: nothing is known */
	uint64_t ecn;       /* of them, kept what was set: exact */
	uint64_t dscp_least, dscp_most; /* equal where it can be told */
	double ttl_mean;
	bool ttl_kept; /* by all */
};

/* tos, ttl: as they were set. */
void marks_compare(struct marks_kept *out, const struct marks_seen *seen,
	uint8_t tos, uint8_t ttl);

void marks_difference(struct marks_seen *out, const struct marks_seen *start,
	const struct marks_seen *end);
