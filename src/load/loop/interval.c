/* SPDX-License-Identifier: MIT */
#include "load/loop/interval.h"

#include "core/clock.h"

/* A datagram is reported as lost after this long or twice the mean round trip
 * without a reply; after longer if there was no reply at all yet. */
#define OVERDUE_NS       200000000u
#define OVERDUE_FIRST_NS RTT_FIRST_NS

/* What is left of a run after its last whole step is not worth a report if it
 * is shorter. */
#define STEP_LEAST_S 1e-3

static void remember(struct intervals *i, uint64_t at_ns, uint64_t sent)
{
	i->past[i->next++ % INTERVALS_PAST] =
		(struct intervals_sent){at_ns, sent};
}

static void peek(const struct load *l, struct histogram *latency)
{
	histogram_init(latency);
	/* A run that is counted has no intervals, and every instruction
	 * counts. */
	for (uint32_t i = 0; i < l->config.threads && !l->config.count_window;
		i++)
		histogram_peek(
			latency, &l->threads[i].meter.histograms[LOAD_LATENCY]);
}

void intervals_begin(struct intervals *i, const struct load *l,
	const struct load_counts *begin)
{
	*i = (struct intervals){.begin = *begin, .told.counts = *begin};
	peek(l, &i->told.latency);
	i->step = i->told;
}

void intervals_start(struct intervals *i)
{
	i->start_ns = i->told.at_ns = i->step.at_ns = clock_ns();
	remember(i, i->start_ns, i->told.counts.sent);
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

/* The plan's first step that is not the warm-up. */
static uint32_t first_step(const struct load *l)
{
	return l->config.omit_ns > 0;
}

/* Steps of the plan that begin before the run ends: what follows the ramp is
 * one only if there is time for it. */
static uint32_t steps_in_time(const struct load *l)
{
	const struct pace_plan *plan = &l->config.pace;
	uint64_t begin_ns = 0;
	uint32_t n = 0;

	while (n < plan->step_count &&
		(double)begin_ns + STEP_LEAST_S * 1e9 < (double)l->longest_ns)
		begin_ns += plan->steps[n++].duration_ns;
	return n;
}

/* How many steps of a ramp the run has; 0: there is no ramp. */
static uint32_t ramp_steps(const struct load *l)
{
	const struct load_config *c = &l->config;
	uint32_t first = first_step(l), last = steps_in_time(l);

	if (c->mode != LOAD_PACED || c->replay ||
		c->pace.step_count < first + 2 || last <= first)
		return 0;
	return last - first;
}

/* Which of them that step of the plan is, from 1; 0: none, or the warm-up. */
static uint32_t ramp_step(const struct load *l, uint32_t plan_step)
{
	uint32_t first = first_step(l);

	return ramp_steps(l) && plan_step >= first ? plan_step - first + 1 : 0;
}

/* Replies without a number are matched in order, which a loss ends. */
static bool latency_known(
	const struct load *l, const struct load_counts *now, uint64_t lost)
{
	return !l->config.count_window &&
	       (!l->times || (lost == 0 && now->written_off == 0));
}

/* What has happened since that start. */
static void compare(const struct load *l, const struct interval_start *since,
	const struct interval_start *now, struct load_interval *out)
{
	const struct load_counts *a = &since->counts, *b = &now->counts;
	uint64_t differences = b->differences - a->differences;

	out->seconds = (double)(now->at_ns - since->at_ns) / 1e9;
	out->sent = b->sent - a->sent;
	out->answered = b->answered - a->answered;
	out->sent_bytes = b->sent_bytes - a->sent_bytes;
	out->answered_bytes = b->answered_bytes - a->answered_bytes;
	out->lost_known = l->config.replies != REPLIES_NONE;
	out->lost = now->lost - since->lost;
	out->jitter_known = differences > 0;
	if (differences)
		out->jitter_ns = (double)(b->difference_ns - a->difference_ns) /
				 (double)differences;
	out->trains_refused = b->trains_refused - a->trains_refused;
}

/* The planned datagrams between two times of the clock. */
static double planned(const struct load *l, uint64_t from_ns, uint64_t to_ns)
{
	const struct pace_plan *plan = &l->config.pace;
	uint64_t start_ns = l->shared.start_ns;

	return pace_planned(plan, to_ns - start_ns) -
	       pace_planned(plan, from_ns - start_ns);
}

static void look(
	struct intervals *i, const struct load *l, struct interval_start *now)
{
	uint64_t lost;

	now->counts = load_count_all(l);
	now->at_ns = clock_ns();
	lost = lost_so_far(i, &now->counts, now->at_ns);
	if (lost > i->lost)
		i->lost = lost;
	now->lost = i->lost;
	peek(l, &now->latency);
}

/* Since then, until now. latency: room for it. */
static struct load_interval report(const struct intervals *i,
	const struct load *l, const struct interval_start *since,
	const struct interval_start *now, struct histogram *latency)
{
	const struct load_config *c = &l->config;
	struct load_interval told = {
		.start_s = (double)(since->at_ns - i->start_ns) / 1e9,
		.step = ramp_step(l, i->plan_step),
		.steps = ramp_steps(l),
		.planned_known = c->mode == LOAD_PACED && !c->replay,
	};

	compare(l, since, now, &told);
	if (told.planned_known)
		told.planned = planned(l, since->at_ns, now->at_ns);
	if (latency_known(l, &now->counts, now->lost)) {
		histogram_since(latency, &now->latency, &since->latency);
		told.latency = latency;
	}
	told.left_s = (double)l->longest_ns / 1e9 - told.start_s - told.seconds;
	return told;
}

void intervals_tell(struct intervals *i, const struct load *l, bool omitted,
	const struct load_server *server)
{
	struct interval_start now;
	struct histogram latency;
	struct load_interval told;

	look(i, l, &now);
	told = report(i, l, &i->told, &now, &latency);
	told.omitted = omitted;
	told.step = omitted ? 0 : told.step;
	told.lost_so_far = now.lost;
	told.so_far = load_counts_between(&i->begin, &now.counts);
	told.server = server;
	i->told = now;
	if (l->hooks.interval && told.seconds > 0)
		l->hooks.interval(l->hooks.arg, &told);
}

static uint64_t step_end_ns(const struct load *l, uint32_t step)
{
	uint64_t at_ns = l->shared.start_ns;

	for (uint32_t k = 0; k <= step; k++)
		at_ns += l->config.pace.steps[k].duration_ns;
	return at_ns;
}

static void tell_step(struct intervals *i, const struct load *l, uint32_t last)
{
	const struct pace_step *steps = l->config.pace.steps;
	struct interval_start now;
	struct histogram latency;
	struct load_step told;

	look(i, l, &now);
	told = (struct load_step){
		.all = report(i, l, &i->step, &now, &latency),
		.rate_first = steps[i->plan_step].from,
		.rate_last = steps[last].to,
	};
	i->step = now;
	if (told.all.step > 0 && l->hooks.step &&
		told.all.seconds > STEP_LEAST_S)
		l->hooks.step(l->hooks.arg, &told);
}

uint64_t intervals_tell_step(
	struct intervals *i, const struct load *l, uint64_t now_ns, bool over)
{
	uint32_t next = i->plan_step, end = first_step(l) + ramp_steps(l);

	if (ramp_steps(l) == 0)
		return UINT64_MAX;
	while (next + 1 < end && now_ns >= step_end_ns(l, next))
		next++;
	if (next > i->plan_step)
		tell_step(i, l, next - 1);
	else if (over)
		tell_step(i, l, next);
	i->plan_step = next;
	return next + 1 < end ? step_end_ns(l, next) : UINT64_MAX;
}
