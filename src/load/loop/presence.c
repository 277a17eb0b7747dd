/* SPDX-License-Identifier: MIT */
#include "load/loop/presence.h"

/* After this long without a refusal a mute peer is considered present again. */
#define QUIET_NEAR_NS 250000000u
#define QUIET_FAR_NS  2500000000u

void presence_begin(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now)
{
	*p = (struct presence){.mute = p->mute,
		.near = p->near,
		.lived = p->lived,
		.start_ns = now_ns,
		.then = *now};
}

static void note_refusal(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now)
{
	if (p->whole_first_ns == 0)
		p->whole_first_ns = now_ns;
	p->whole_last_ns = now_ns;
	if (p->first_ns == 0) {
		/* A mute peer was there if datagrams had left for a while
		 * without a refusal. */
		if (p->mute && p->then.sent > 1 &&
			now_ns - p->start_ns > PRESENCE_NEVER_NS)
			p->lived = true;
		p->first_ns = now_ns;
	}
	p->last_ns = now_ns;
	p->at_last = *now;
}

/* Have datagrams left for a while since the last refusal, with no new one? If
 * nothing is sent, as at the end of a run, silence proves nothing. */
static bool is_quiet(
	const struct presence *p, const struct presence_counts *now)
{
	uint64_t quiet_ns = p->near ? QUIET_NEAR_NS : QUIET_FAR_NS;

	return p->mute && p->sent_ns > p->last_ns + quiet_ns &&
	       now->sent > p->at_last.sent + 1;
}

void presence_look(
	struct presence *p, uint64_t now_ns, const struct presence_counts *now)
{
	bool alive = now->alive > p->then.alive;

	if (now->sent > p->then.sent)
		p->sent_ns = now_ns;
	if (now->refused > p->then.refused)
		note_refusal(p, now_ns, now);
	if (alive || (p->first_ns && is_quiet(p, now))) {
		p->lived = true;
		p->first_ns = 0;
	}
	p->then.refused = now->refused;
	p->then.sent = now->sent;
	/* The server's counters may be unavailable for a moment. */
	if (alive)
		p->then.alive = now->alive;
}

bool presence_is_over(const struct presence *p)
{
	return p->first_ns &&
	       p->last_ns - p->first_ns >=
		       (p->lived ? PRESENCE_GONE_NS : PRESENCE_NEVER_NS);
}
