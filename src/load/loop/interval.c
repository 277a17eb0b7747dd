/* SPDX-License-Identifier: MIT */
#include "load/loop/interval.h"

#include "core/clock.h"

/* A datagram is reported as lost after this long or twice the mean round trip
 * without a reply; after longer if there was no reply at all yet. */
#define OVERDUE_NS       200000000u
#define OVERDUE_FIRST_NS RTT_FIRST_NS

static void remember(struct intervals *i, uint64_t at_ns, uint64_t sent)
{
	i->past[i->next++ % INTERVALS_PAST] =
		(struct intervals_sent){at_ns, sent};
}

void intervals_begin(struct intervals *i, const struct load_counts *begin)
{
	*i = (struct intervals){
		.start_ns = clock_ns(),
		.begin = *begin,
		.counts = *begin,
	};
	i->at_ns = i->start_ns;
	remember(i, i->start_ns, i->counts.sent);
}

void intervals_look(struct intervals *i, const struct load *l)
{
	uint64_t now_ns = clock_ns();

	if (now_ns >= i->past[(i->next - 1) % INTERVALS_PAST].at_ns +
			      INTERVALS_STEP_NS)
		remember(i, now_ns, load_count_all(l).sent);
}

static uint64_t overdue_ns(
	const struct intervals *i, const struct load_counts *now)
{
	uint64_t trips = now->trips - i->begin.trips;
	uint64_t twice;

	if (trips == 0)
		return OVERDUE_FIRST_NS;
	twice = (now->trip_ns - i->begin.trip_ns) / trips * 2;
	return twice > OVERDUE_NS ? twice : OVERDUE_NS;
}

/* How many had been sent by at_ns; if that is older than the history, the count
 * at the start of the run. */
static uint64_t sent_before(const struct intervals *i, uint64_t at_ns)
{
	uint32_t n = i->next < INTERVALS_PAST ? i->next : INTERVALS_PAST;

	for (uint32_t k = 1; k <= n; k++) {
		const struct intervals_sent *s =
			&i->past[(i->next - k) % INTERVALS_PAST];

		if (s->at_ns <= at_ns)
			return s->sent;
	}
	return i->begin.sent;
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * Lost so far: the larger of two lower bounds. One is the sequence numbers that
 * later replies have skipped, minus those that came after all; the other is how
 * many of the datagrams that should have been answered by now were not.
 */
static uint64_t lost_so_far(const struct intervals *i,
	const struct load_counts *now, uint64_t now_ns)
{
	const struct load_counts *b = &i->begin;
	uint64_t overtaken =
		now->reordered + now->late - b->reordered - b->late;
	uint64_t passed = above(now->gaps - b->gaps, overtaken);
	uint64_t due = sent_before(i, now_ns - overdue_ns(i, now));
	uint64_t overdue = above(due - b->sent, now->answered - b->answered);

	return passed > overdue ? passed : overdue;
}

void intervals_tell(struct intervals *i, const struct load *l, bool omitted)
{
	struct load_counts now = load_count_all(l);
	uint64_t at_ns = clock_ns(), lost = lost_so_far(i, &now, at_ns);
	uint64_t differences = now.differences - i->counts.differences;
	struct load_interval told = {
		.start_s = (double)(i->at_ns - i->start_ns) / 1e9,
		.seconds = (double)(at_ns - i->at_ns) / 1e9,
		.omitted = omitted,
		.sent = now.sent - i->counts.sent,
		.answered = now.answered - i->counts.answered,
		.sent_bytes = now.sent_bytes - i->counts.sent_bytes,
		.answered_bytes = now.answered_bytes - i->counts.answered_bytes,
		.lost_known = l->config.replies != REPLIES_NONE,
		.lost = above(lost, i->lost),
		.jitter_known = differences > 0,
		.trains_refused = now.trains_refused - i->counts.trains_refused,
	};

	if (differences)
		told.jitter_ns =
			(double)(now.difference_ns - i->counts.difference_ns) /
			(double)differences;
	told.left_s = (double)l->longest_ns / 1e9 - told.start_s - told.seconds;
	i->at_ns = at_ns;
	i->counts = now;
	i->lost = lost > i->lost ? lost : i->lost;
	if (l->hooks.interval && told.seconds > 0)
		l->hooks.interval(l->hooks.arg, &told);
}
