/* SPDX-License-Identifier: MIT */
/*
 * The timeout for replies: follows the round trips so far, smoothed as in RFC
 * 6298. Before the first reply nothing is known about the path, and the timeout
 * is long. Uses only shifts, since it runs once per receive.
 */
#pragma once

#include <stdint.h>

/* The timeout before the first reply. */
#define RTT_FIRST_NS 2000000000u
/* The least margin over the smoothed round trip; Linux's TCP_RTO_MIN. */
#define RTT_MARGIN_NS 200000000u
/* The longest timeout. */
#define RTT_MOST_NS 10000000000u

struct rtt {
	uint64_t fixed_ns; /* the user's timeout; 0: follow the round trips */
	uint64_t smoothed_ns, deviation_ns;
	uint64_t least_ns; /* shortest round trip; UINT64_MAX: none yet */
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

/* Notes a round trip of ns. */
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
