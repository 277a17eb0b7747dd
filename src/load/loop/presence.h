/* SPDX-License-Identifier: MIT */
/*
 * Is the peer there? Its host says by ICMP that nobody listens (a refusal), and
 * goes on saying so; a server that is restarted is refused for a moment only,
 * and a lone error may be a stray. So refusals end a run when they have gone on
 * for a while and nothing came back in between. Pure: whoever drives a run
 * tells it what the counters are, every few milliseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Refused for so long, a peer that was never heard of is not there, ... */
#define PRESENCE_NEVER_NS 200000000u
/* ... and one that was there has gone. */
#define PRESENCE_GONE_NS 1000000000u

struct presence_counts {
	uint64_t refused;
	uint64_t alive; /* whatever only a peer that is there can cause */
	uint64_t sent;
};

struct presence {
	/* It does not answer, and its counters are not seen: that it is there
	 * again shows only by there being no refusals. */
	bool mute;
	/* It is on this host, which refuses each datagram at once; others may
	 * say so once a second (icmp_ratelimit). */
	bool near;
	uint64_t start_ns;
	uint64_t sent_ns; /* when it was last seen that something had left */
	bool lived;       /* it has given a sign of life */
	/* Refusals since the last sign of life; 0: there were none. */
	uint64_t first_ns, last_ns;
	struct presence_counts then, at_last; /* as last looked; as refused */
	/* Of all the run; 0: none. */
	uint64_t whole_first_ns, whole_last_ns;
};

/* A run begins. Who lived in one before, lived. */
void presence_begin(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now);

void presence_look(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now);

/* Do refusals last, as of the last look? A run ends that asks this. */
bool presence_is_over(const struct presence *p);

/* Does the peer refuse what is sent, as of the last look? */
static inline bool presence_is_refused(const struct presence *p)
{
	return p->first_ns > 0;
}
