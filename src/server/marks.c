/* SPDX-License-Identifier: MIT */
#include "server/marks.h"

#define ECN_BITS  2
#define DSCP_BITS 6

static void count_alike(
	struct counters *c, uint8_t tos, uint8_t ttl, uint32_t datagrams)
{
	/* Indexed by the two bits (RFC 3168). */
	static const enum counter_id ecn[1 << ECN_BITS] = {
		COUNTER_RX_ECN_NOT_ECT,
		COUNTER_RX_ECN_ECT1,
		COUNTER_RX_ECN_ECT0,
		COUNTER_RX_ECN_CE,
	};
	static const enum counter_id dscp[DSCP_BITS] = {
		COUNTER_RX_DSCP_BIT_1,
		COUNTER_RX_DSCP_BIT_2,
		COUNTER_RX_DSCP_BIT_4,
		COUNTER_RX_DSCP_BIT_8,
		COUNTER_RX_DSCP_BIT_16,
		COUNTER_RX_DSCP_BIT_32,
	};

	counter_add(c, ecn[tos % (1 << ECN_BITS)], datagrams);
	for (unsigned bit = 0; bit < DSCP_BITS; bit++)
		if (tos >> ECN_BITS >> bit & 1)
			counter_add(c, dscp[bit], datagrams);
	counter_add(c, COUNTER_RX_TTL_HOPS, (uint64_t)datagrams * ttl);
}

/* Consecutive trains are usually alike, and are counted together. */
void marks_count(
	struct marks *m, const struct batch *batch, struct counters *counters)
{
	uint32_t changes = 0, i = 0;

	while (i < batch->count) {
		const struct train *first = &batch->trains[i];
		uint32_t datagrams = 0;

		for (; i < batch->count && batch->trains[i].tos == first->tos &&
			batch->trains[i].ttl == first->ttl;
			i++)
			datagrams += batch->trains[i].segments;
		count_alike(counters, first->tos, first->ttl, datagrams);
		changes += m->any && m->ttl != first->ttl;
		m->any = true;
		m->ttl = first->ttl;
	}
	counter_add(counters, COUNTER_RX_TTL_CHANGES, changes);
}
