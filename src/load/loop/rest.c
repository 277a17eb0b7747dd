/* SPDX-License-Identifier: MIT */
#include "load/loop/rest.h"

#include "core/clock.h"
#include "load/loop/settle.h"

#include <errno.h>
#include <stdio.h>

/* What is in flight has come to rest when nothing moved for so long, ... */
#define STILL_NS 100000000u
/* ... or, where something is missing that may be on a way that is not seen, for
 * so long and two round trips, ... */
#define FAR_STILL_NS 1000000000u
/* ... and is waited for so long at most, ... */
#define REST_NS 5000000000u
/* ... or for so long, where a queue will have let go of all by then. */
#define QUEUED_REST_S  20u
#define QUEUED_REST_NS (QUEUED_REST_S * 1000000000ull)
/* Then something has moved for so long at least. */
#define STUCK_NS 3000000000u
/* A server that runs has told its figures anew by then, ten times over. */
#define RENEWAL_NS 1000000000u

static bool moved(const struct moment *a, const struct moment *b)
{
	const struct ledger_server *x = &a->server.counters;
	const struct ledger_server *y = &b->server.counters;

	return a->counts.answered != b->counts.answered ||
	       a->counts.sent != b->counts.sent ||
	       x->delivered != y->delivered || x->answered != y->answered ||
	       x->absorbed != y->absorbed || x->socket_drops != y->socket_drops;
}

static bool missing(const struct moment *start, const struct moment *now)
{
	const struct ledger_server *x = &start->server.counters;
	const struct ledger_server *y = &now->server.counters;
	uint64_t sent = now->counts.sent - start->counts.sent;
	uint64_t answered = now->counts.answered - start->counts.answered;

	if (now->server_error)
		return answered < sent;
	return y->delivered - x->delivered < sent ||
	       answered < y->answered - x->answered;
}

/* Is there somebody who may answer yet, or have something on its way to him,
 * whose kernel's queues are not ours to look into? */
static bool is_far(const struct load *l, const struct moment *now)
{
	if (now->server_error)
		return now->server_error != -ESRCH &&
		       l->config.replies != REPLIES_NONE;
	return now->server.asked;
}

/* How long nothing must have moved: what is missing may be on its way for as
 * long as others were, there and back, and be held up once more. */
static uint64_t still_ns_of(const struct load *l, const struct moment *from,
	const struct moment *now)
{
	uint64_t rtt_ns = load_least_rtt(l), ns = STILL_NS;
	bool far = is_far(l, now);

	if (!missing(from, now) || presence_is_refused(&l->presence))
		return ns;
	if (far)
		ns = FAR_STILL_NS;
	if (rtt_ns != UINT64_MAX)
		ns += 2 * rtt_ns;
	else if (l->config.replies != REPLIES_NONE &&
		 (far || l->config.server_apart))
		ns = RTT_FIRST_NS;
	return far && ns < l->config.timeout_ns ? l->config.timeout_ns : ns;
}

/* A rest that is under way. */
struct rest_state {
	struct load *l;
	const struct moment *from;
	struct moment *end;
	uint64_t start_ns, still_ns; /* since when nothing has moved */
	uint64_t published;          /* the server's, as of then */
	uint64_t queued; /* packets in queueing disciplines, at its start */
	bool interrupted, noticed;
};

/* One that is held up may be about to send. */
static bool all_rest(const struct load *l)
{
	for (uint32_t i = 0; i < l->config.threads; i++)
		if (!atomic_load(&l->threads[i].rests))
			return false;
	return true;
}

static void look(struct rest_state *s, const struct moment *last)
{
	bool all = all_rest(s->l);
	struct moment *end = s->end;

	moment_take(s->l, LOOK_MUST, end);
	load_look_for_peer(s->l, s->from, &end->counts, &end->server);
	if (!all || moved(last, end)) {
		s->still_ns = end->at_ns;
		s->published = end->server.published;
	}
}

static bool is_renewed(const struct rest_state *s)
{
	return s->end->server_error ||
	       s->end->server.published >= s->published + 2;
}

static uint64_t queued(const struct load *l)
{
	return l->queued_near + l->queued_far;
}

static void notice_queue(const struct load *l)
{
	char text[160];

	if (!l->hooks.notice)
		return;
	snprintf(text, sizeof(text),
		"waiting for %llu packets that a queue of this host still "
		"holds (tc -s qdisc), for %u s at most",
		(unsigned long long)queued(l), QUEUED_REST_S);
	l->hooks.notice(l->hooks.arg, text);
}

/* Since it is at rest: what ended the run ends only that. */
static bool is_told_to_end(const struct rest_state *s)
{
	return !s->interrupted && atomic_load(&s->l->interrupted);
}

/* Will the queue have let go of all soon, at the pace that it had so far? */
static bool is_draining(struct rest_state *s)
{
	uint64_t gone_ns = s->end->at_ns - s->start_ns;
	double left = (double)queued(s->l), gone = (double)s->queued - left;

	if (s->noticed)
		return gone_ns < QUEUED_REST_NS &&
		       s->end->at_ns - s->still_ns < STUCK_NS;
	if (gone <= 0 ||
		(double)gone_ns * (1 + left / gone) > (double)QUEUED_REST_NS)
		return false;
	notice_queue(s->l);
	s->noticed = true;
	return true;
}

/*
 * It moves yet, and is not waited for. What queues hold has been read: the
 * server's figures must be newer than that, so that what has left a queue
 * meanwhile may be counted twice, but is never lost between the two.
 */
static enum rest give_up(struct rest_state *s, bool held)
{
	uint64_t published = s->end->server.published;
	uint64_t start = s->end->at_ns;
	struct moment last = *s->end;

	while (!s->end->server_error &&
		s->end->server.published < published + 2) {
		if (s->end->at_ns - start > RENEWAL_NS)
			return REST_SILENT;
		load_sleep_tick();
		look(s, &last);
	}
	return held ? REST_QUEUED : REST_MOVES;
}

static void begin(struct rest_state *s, struct moment *last)
{
	struct load *l = s->l;

	s->interrupted = atomic_load(&l->interrupted);
	s->queued = settle_queued(l) ? queued(l) : 0;
	l->queued_near = l->queued_far = 0;
	moment_take(l, LOOK_MUST, last);
	s->start_ns = s->still_ns = last->at_ns;
	s->published = last->server.published;
}

enum rest rest_wait(
	struct load *l, const struct moment *from, struct moment *end)
{
	struct rest_state s = {.l = l, .from = from, .end = end};
	struct moment last;

	begin(&s, &last);
	for (;;) {
		uint64_t still_ns;
		bool still, over, held;

		load_sleep_tick();
		look(&s, &last);
		last = *end;
		still_ns = still_ns_of(l, from, end);
		still = is_renewed(&s) && end->at_ns - s.still_ns >= still_ns;
		over = end->at_ns - s.start_ns > REST_NS + still_ns ||
		       is_told_to_end(&s);
		if (!still && !over)
			continue;
		held = missing(from, end) && settle_queued(l);
		if (still && !held)
			return REST_DONE;
		if (over && (!held || is_told_to_end(&s) || !is_draining(&s)))
			return give_up(&s, held);
	}
}
