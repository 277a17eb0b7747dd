/* SPDX-License-Identifier: MIT */
/*
 * An open loop: datagrams leave when the plan says, whatever comes back. What
 * could not leave in time keeps the time it was meant for, so that latency,
 * which is counted from there, holds the wait (no coordinated omission).
 */
#include "core/clock.h"
#include "load/loop/thread.h"

static uint64_t due_ns(const struct load_thread *t)
{
	uint64_t due = pace_due_ns(&t->schedule.pace);

	return due == UINT64_MAX ? due : t->shared->start_ns + due;
}

static uint64_t lead_ns(const struct load_thread *t)
{
	return t->config->txtime ? TXTIME_LEAD_NS : 0;
}

void schedule_start(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;
	const struct load_config *c = t->config;
	uint64_t seed;

	if (c->replay) {
		replay_start(t);
		return;
	}
	s->first = 0;
	s->count = 0;
	s->share = (double)t->flow_count / c->flows;
	seed = c->run + t->number + 7919ull * t->shared->runs;
	s->random = seed * 0x9e3779b97f4a7c15u | 1;
	s->burst_left = c->pace.burst;
	s->ahead_ns = c->txtime ? txtime_ahead_ns(c->txtime_clock) : 0;
	pace_init(&s->pace, &c->pace, s->share, (double)t->number / c->threads,
		seed);
}

/* Bursts that have become due, up to what there is room for. */
static void collect(struct load_thread *t, uint64_t now_ns)
{
	struct load_schedule *s = &t->schedule;
	uint32_t before = s->count;

	if (s->count == 0)
		s->first = 0;
	while (s->first + s->count < SCHEDULE_DUE) {
		uint64_t at = due_ns(t);

		if (at > now_ns)
			break;
		s->due[s->first + s->count++] = at;
		pace_advance(&s->pace);
	}
	if (s->count > before)
		LOAD_COUNT(t, due,
			(uint64_t)(s->count - before) * t->config->pace.burst);
}

/* Poisson arrivals are each flow's own only where chance chooses the flow. */
static struct flow *next_flow(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;

	if (t->config->pace.spacing == PACE_POISSON && t->flow_count > 1)
		s->flow = (uint32_t)(pace_random(&s->random) * t->flow_count);
	else if (++s->flow >= t->flow_count)
		s->flow = 0;
	return &t->flows[s->flow];
}

static void pop(struct load_schedule *s, uint32_t n)
{
	s->first += n;
	s->count -= n;
}

/* Both return how many left, or were given up. One call for several where more
 * is due than there are flows. */
static uint32_t send_lone_ones(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;
	uint32_t run = 1, sent;
	struct load_order order;

	while (run * t->flow_count < s->count)
		run++;
	order = (struct load_order){run, &s->due[s->first], 1};
	sent = flow_send(t, next_flow(t), &order);
	pop(s, sent + t->given_up);
	return sent + t->given_up;
}

static uint32_t send_burst(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;
	struct load_order order = {
		s->burst_left, &s->due[s->first], t->config->pace.burst};
	uint32_t sent;

	/* What is left of a burst goes where it began. */
	if (s->burst_left == t->config->pace.burst)
		(void)next_flow(t);
	sent = flow_send(t, &t->flows[s->flow], &order);
	s->burst_left -= sent + t->given_up;
	if (s->burst_left == 0) {
		pop(s, 1);
		s->burst_left = t->config->pace.burst;
	}
	return sent + t->given_up;
}

uint32_t schedule_step(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;
	uint32_t sent = 0;
	uint64_t now_ns;

	if (t->config->replay)
		return replay_step(t);
	now_ns = clock_ns();
	collect(t, now_ns + lead_ns(t));
	if (now_ns < t->hold_ns)
		return 0;
	while (s->count > 0) {
		uint32_t n = t->config->pace.burst > 1 ? send_burst(t)
						       : send_lone_ones(t);

		if (n == 0)
			break;
		sent += n;
	}
	return sent;
}

void schedule_end(struct load_thread *t)
{
	const struct pace_plan *plan = &t->config->pace;
	uint64_t now_ns = clock_ns(), from;

	if (t->config->replay) {
		replay_end(t);
		return;
	}
	from = due_ns(t);
	/* By the plan's integral: there may be more than could be counted. */
	if (from < now_ns)
		LOAD_COUNT(t, due,
			(uint64_t)(t->schedule.share *
				   (pace_planned(plan,
					    now_ns - t->shared->start_ns) -
					   pace_planned(plan,
						   from - t->shared->start_ns))));
}

uint64_t schedule_wait_ns(const struct load_thread *t, uint64_t now_ns)
{
	uint64_t at;

	if (now_ns < t->hold_ns)
		return t->hold_ns - now_ns;
	if (t->config->replay)
		return replay_wait_ns(t, now_ns);
	at = due_ns(t);
	/* What the kernel times is handed over by the half of the lead. */
	now_ns += lead_ns(t) / 2;
	if (t->schedule.count > 0 || at <= now_ns)
		return 0;
	return at == UINT64_MAX ? at : at - now_ns;
}
