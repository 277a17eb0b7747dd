/* SPDX-License-Identifier: MIT */
#include "load/ledger/marks.h"

/* For each bit, counts the datagrams in which it is wrong. Each datagram that
 * lost its DSCP has one to six wrong bits, which bounds their number. */
static void compare_dscp(
	struct marks_kept *out, const struct marks_seen *seen, uint8_t dscp)
{
	uint64_t n = out->datagrams, sum = 0, largest = 0;

	for (unsigned i = 0; i < 6; i++) {
		uint64_t wanted = dscp >> i & 1 ? n : 0;
		uint64_t got = seen->dscp_bits[i];
		uint64_t off = got > wanted ? got - wanted : wanted - got;

		sum += off;
		if (off > largest)
			largest = off;
	}
	out->dscp_least = sum < n ? n - sum : 0;
	out->dscp_most = largest < n ? n - largest : 0;
}

void marks_compare(struct marks_kept *out, const struct marks_seen *seen,
	uint8_t tos, uint8_t ttl)
{
	*out = (struct marks_kept){.ecn = seen->ecn[tos & 3]};
	for (unsigned i = 0; i < 4; i++)
		out->datagrams += seen->ecn[i];
	if (!out->datagrams)
		return;
	compare_dscp(out, seen, tos >> 2);
	out->ttl_mean = (double)seen->hops / (double)out->datagrams;
	out->ttl_kept = seen->hops == out->datagrams * ttl;
}

void marks_difference(struct marks_seen *out, const struct marks_seen *start,
	const struct marks_seen *end)
{
	for (unsigned i = 0; i < 4; i++)
		out->ecn[i] = end->ecn[i] - start->ecn[i];
	for (unsigned i = 0; i < 6; i++)
		out->dscp_bits[i] = end->dscp_bits[i] - start->dscp_bits[i];
	out->hops = end->hops - start->hops;
}
