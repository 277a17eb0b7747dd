/* SPDX-License-Identifier: MIT */
/*
 * How long a reply is awaited: by the round trips seen so far, smoothed as in
 * RFC 6298. Before the first reply nothing is known of the path, and the wait
 * is long. Pure arithmetic by shifts, since it is done for each receive.
 */
#pragma once

#include <stdint.h>

/* Before the first reply. */
#define RTT_FIRST_NS 2000000000u
/* What is added to the smoothed round trip at least; Linux's TCP_RTO_MIN. */
#define RTT_MARGIN_NS 200000000u
/* The most that is waited. */
#define RTT_MOST_NS 10000000000u

struct rtt {
	uint64_t fixed_ns; /* as the user said; 0: by what is measured */
	uint64_t smoothed_ns, deviation_ns;
	uint64_t least_ns; /* UINT64_MAX: no reply has come */
	uint64_t timeout_ns;
};

static inline void rtt_init(struct rtt *r, uint64_t fixed_ns)
{
	*r = (struct rtt){
		.fixed_ns = fixed_ns,
		.least_ns = UINT64_MAX,
		.timeout_ns = fixed_ns ? fixed_ns : RTT_FIRST_NS,
	};
}

/* A reply came ns after its datagram was sent. */
static inline void rtt_note(struct rtt *r, uint64_t ns)
{
	int64_t off = (int64_t)(ns - r->smoothed_ns);
	uint64_t margin, timeout;

	if (r->least_ns == UINT64_MAX) {
		r->smoothed_ns = ns;
		r->deviation_ns = ns >> 1;
	} else {
		r->smoothed_ns += (uint64_t)(off >> 3);
		off = off < 0 ? -off : off;
		off -= (int64_t)r->deviation_ns;
		r->deviation_ns += (uint64_t)(off >> 2);
	}
	if (ns < r->least_ns)
		r->least_ns = ns;
	margin = r->deviation_ns << 2;
	timeout = r->smoothed_ns +
		  (margin < RTT_MARGIN_NS ? RTT_MARGIN_NS : margin);
	if (timeout > RTT_MOST_NS)
		timeout = RTT_MOST_NS;
	r->timeout_ns = r->fixed_ns ? r->fixed_ns : timeout;
}
