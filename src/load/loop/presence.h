/* SPDX-License-Identifier: MIT */
/*
 * Is the peer there? If nobody listens, its host says so by ICMP (a refusal),
 * again and again. During a server's restart there are refusals for a moment
 * only, and a single one may be stray. So refusals end a run once they have
 * gone on for a while with no sign of life in between. Pure logic: the caller
 * passes in the counters every few milliseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* After this long of refusals a peer that never gave a sign of life is absent,
 * ... */
#define PRESENCE_NEVER_NS 200000000u
/* ... and after this long one that did has gone. */
#define PRESENCE_GONE_NS 1000000000u

struct presence_counts {
	uint64_t refused;
	/* Counts everything that only a present peer can cause. */
	uint64_t alive;
	uint64_t sent;
};

struct presence {
	/* It neither answers nor shows its counters: only the absence of
	 * refusals can show that it is there again. */
	bool mute;
	/* It is on this host, which refuses each datagram at once; other hosts
	 * may send one refusal a second (icmp_ratelimit). */
	bool near;
	uint64_t start_ns;
	uint64_t sent_ns; /* when the sent count last went up */
	bool lived;       /* it has given a sign of life */
	/* First and last refusal since the last sign of life; 0: none. */
	uint64_t first_ns, last_ns;
	/* At the last look; at the last refusal. */
	struct presence_counts then, at_last;
	/* First and last refusal of the whole run; 0: none. */
	uint64_t whole_first_ns, whole_last_ns;
};

/* Begins a run. lived is kept from earlier runs. */
void presence_begin(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now);

void presence_look(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now);

/* Have refusals, as of the last look, gone on long enough to end the run? */
bool presence_is_over(const struct presence *p);

/* As of the last look, does the peer refuse what is sent? */
static inline bool presence_is_refused(const struct presence *p)
{
	return p->first_ns > 0;
}
