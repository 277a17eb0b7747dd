/* SPDX-License-Identifier: MIT */
#include "load/loop/rest.h"

#include "core/clock.h"
#include "load/loop/settle.h"
#include "load/loop/turn.h"

#include <errno.h>
#include <stdio.h>

/* A run is at rest after nothing has changed for this long, ... */
#define STILL_NS 100000000u
/* ... or, if something is missing that may be on a path that is not seen, for
 * this long plus two round trips. */
#define FAR_STILL_NS 1000000000u
/* The longest wait for that, ... */
#define REST_NS 5000000000u
/* ... and the longest if a queue will be empty by then. */
#define QUEUED_REST_S  20u
#define QUEUED_REST_NS (QUEUED_REST_S * 1000000000ull)
/* A queue that has not moved for this long is no longer waited for. */
#define STUCK_NS 3000000000u
/* A running server renews its figures about ten times in this time. */
#define RENEWAL_NS 1000000000u
/* One that is not stopped but gets no CPU on a busy host does it later. */
#define STARVED_NS 30000000000u

static bool moved(const struct moment *a, const struct moment *b)
{
	const struct ledger_server *x = &a->server.counters;
	const struct ledger_server *y = &b->server.counters;

	return a->counts.answered != b->counts.answered ||
	       a->counts.sent != b->counts.sent ||
	       x->delivered != y->delivered || x->answered != y->answered ||
	       x->absorbed != y->absorbed ||
	       x->socket_drops != y->socket_drops ||
	       x->ring_drops != y->ring_drops;
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

/* May datagrams still be on their way to or from a peer whose kernel's counters
 * are not seen? */
static bool is_far(const struct load *l, const struct moment *now)
{
	if (now->server_error)
		return now->server_error != -ESRCH &&
		       l->config.replies != REPLIES_NONE;
	return now->server.asked;
}

/* How long nothing must have changed: what is missing may need a whole round
 * trip, like others before, and be held up for as long again. */
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

/* State of the wait. */
struct rest_state {
	struct load *l;
	const struct moment *from;
	struct moment *end;
	/* still_ns: since when nothing has changed. */
	uint64_t start_ns, still_ns;
	uint64_t published; /* the server's count, as of still_ns */
	/* Packets in queueing disciplines at the start of the wait. */
	uint64_t queued;
	bool held; /* by such a discipline, when it was last looked at */
	bool interrupted, noticed;
};

/* A thread that was held up may still be about to send. */
static bool all_rest(const struct load *l)
{
	for (uint32_t i = 0; i < l->config.threads; i++)
		if (!atomic_load(&l->threads[i].rests))
			return false;
	return true;
}

/* from: NULL: whether the peer is there is no longer judged. */
static void take(struct load *l, const struct moment *from, struct moment *m)
{
	moment_take(l, LOOK_MUST, m);
	if (from)
		load_look_for_peer(l, from, &m->counts, &m->server);
}

static void begin_anew(struct rest_state *s)
{
	s->still_ns = s->end->at_ns;
	s->published = s->end->server.published;
}

static void look(struct rest_state *s, const struct moment *last)
{
	bool all = all_rest(s->l);
	struct moment *end = s->end;

	take(s->l, s->from, end);
	if (!all || moved(last, end))
		begin_anew(s);
}

static bool is_renewed(const struct rest_state *s)
{
	return s->end->server_error ||
	       s->end->server.published >= s->published + LOAD_RENEWAL;
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
		"waiting up to %u s for %llu packets that are still in a queue "
		"of this host (see tc -s qdisc)",
		QUEUED_REST_S, (unsigned long long)queued(l));
	l->hooks.notice(l->hooks.arg, text);
}

/* Interrupted during the wait? The signal that ended the run does not count. */
static bool is_told_to_end(const struct rest_state *s)
{
	return !s->interrupted && atomic_load(&s->l->interrupted);
}

/* At its pace so far, will the queue be empty soon? */
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

/* What left a queue since it was last looked at may not be in figures that were
 * read before, so that these must not change once more. */
static bool has_emptied(struct rest_state *s, bool held)
{
	bool emptied = s->held && !held;

	s->held = held;
	if (emptied)
		begin_anew(s);
	return emptied;
}

static uint64_t renewal_ns(const struct moment *m)
{
	return m->server.runs ? STARVED_NS : RENEWAL_NS;
}

/* How long what still moves is waited for. A server on this host is known to
 * have received what is missing, or will receive it; both it and our threads
 * may have to wait for a CPU. */
static uint64_t rest_ns_of(const struct moment *from, const struct moment *now)
{
	return !now->server_error && !now->server.asked && missing(from, now)
		       ? STARVED_NS
		       : REST_NS;
}

/* Waits until the server's figures are newer than those in m. False: they are
 * not renewed any more. from: as for take(). */
static bool await_renewal(
	struct load *l, const struct moment *from, struct moment *m)
{
	uint64_t published = m->server.published, start_ns = m->at_ns;

	while (!m->server_error &&
		m->server.published < published + LOAD_RENEWAL) {
		if (m->at_ns - start_ns > renewal_ns(m))
			return false;
		load_sleep(LOAD_TICK_NS);
		take(l, from, m);
	}
	return true;
}

/*
 * Gives up while datagrams are still moving. The server's figures must be newer
 * than those of the queues, so that a datagram that leaves a queue in between
 * may be counted twice, but is never missed.
 */
static enum rest give_up(struct rest_state *s, bool held)
{
	if (!await_renewal(s->l, s->from, s->end))
		return REST_SILENT;
	return held ? REST_QUEUED : REST_MOVES;
}

static void begin(struct rest_state *s, struct moment *last)
{
	struct load *l = s->l;

	s->interrupted = atomic_load(&l->interrupted);
	s->queued = settle_queued(l) ? queued(l) : 0;
	s->held = s->queued;
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
		bool still, over, some, held;

		load_sleep(LOAD_TICK_NS);
		look(&s, &last);
		last = *end;
		still_ns = still_ns_of(l, from, end);
		still = is_renewed(&s) && end->at_ns - s.still_ns >= still_ns;
		over = end->at_ns - s.start_ns >
			       rest_ns_of(from, end) + still_ns ||
		       is_told_to_end(&s);
		if (!still && !over)
			continue;
		some = missing(from, end);
		held = some && settle_queued(l);
		if (some && has_emptied(&s, held))
			still = false;
		if (still && !held)
			return REST_DONE;
		if (over && (!held || is_told_to_end(&s) || !is_draining(&s)))
			return give_up(&s, held);
	}
}

/* Leaves out replies that the server sent after its figures were read; none
 * that had come by then. */
static void leave_newer(const struct moment *start, const struct moment *before,
	struct moment *end)
{
	const struct ledger_server *x = &start->server.counters;
	const struct ledger_server *y = &end->server.counters;
	struct load_counts *c = &end->counts;
	uint64_t most = start->counts.answered + y->answered - x->answered;

	if (c->answered <= most || before->counts.answered > most)
		return;
	c->answered = most;
	c->answered_bytes = start->counts.answered_bytes + y->answered_bytes -
			    x->answered_bytes;
}

void rest_end(struct load *l, enum rest rest, const struct moment *start,
	struct moment *end)
{
	const struct moment before = *end;

	if (rest == REST_MOVES || rest == REST_QUEUED) {
		take(l, NULL, end);
		(void)await_renewal(l, NULL, end);
		for (uint32_t i = 0; i < l->config.threads; i++)
			if (!l->threads[i].error)
				turn_last(&l->threads[i]);
	}
	end->counts = load_count_all(l);
	if (rest != REST_DONE && !end->server_error)
		leave_newer(start, &before, end);
}
