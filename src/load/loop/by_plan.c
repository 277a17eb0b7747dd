/* SPDX-License-Identifier: MIT */
/*
 * An open loop: datagrams leave when the plan says, whatever comes back. One
 * that leaves late keeps its planned time, from which its latency is counted,
 * so that the wait is part of the latency (no coordinated omission).
 */
#include "core/clock.h"
#include "load/loop/launch.h"
#include "load/loop/modes.h"
#include "load/loop/near.h"
#include "load/loop/txtime.h"

static uint64_t due_ns(const struct load_thread *t)
{
	uint64_t due = pace_due_ns(&t->departures.pace);

	return due == UINT64_MAX ? due : t->shared->start_ns + due;
}

static uint64_t lead_ns(const struct load_thread *t)
{
	return t->config->socket.txtime ? TXTIME_LEAD_NS : 0;
}

static void begin(struct load_thread *t)
{
	struct departures *d = &t->departures;
	const struct load_config *c = t->config;
	uint64_t seed;

	d->most = launch_does(t) ? DEPARTURES_ROOM : DEPARTURES_DUE;
	d->first = 0;
	d->count = 0;
	d->share = (double)t->flow_count / c->flows;
	seed = c->run + t->number + 7919ull * t->shared->runs;
	d->random = seed * 0x9e3779b97f4a7c15u | 1;
	d->burst_left = c->pace.burst;
	d->ahead_ns =
		c->socket.txtime ? txtime_ahead_ns(c->socket.txtime_clock) : 0;
	pace_init(&d->pace, &c->pace, d->share, (double)t->number / c->threads,
		seed);
}

/* Collects the bursts that have become due, as far as there is room. */
static void collect(struct load_thread *t, uint64_t now_ns)
{
	struct departures *d = &t->departures;
	uint32_t before = d->count;

	if (d->count == 0)
		d->first = 0;
	while (d->first + d->count < d->most) {
		uint64_t at = due_ns(t);

		if (at > now_ns)
			break;
		d->due[d->first + d->count++] = at;
		pace_advance(&d->pace);
	}
	if (d->count > before)
		METER_COUNT(&t->meter, due,
			(uint64_t)(d->count - before) * t->config->pace.burst);
}

/* Each flow is a Poisson process of its own only if flows are chosen at
 * random. */
static struct flow *next_flow(struct load_thread *t)
{
	struct departures *d = &t->departures;

	if (t->config->pace.spacing == PACE_POISSON && t->flow_count > 1)
		d->flow = (uint32_t)(pace_random(&d->random) * t->flow_count);
	else if (++d->flow >= t->flow_count)
		d->flow = 0;
	return &t->flows[d->flow];
}

static void pop(struct departures *d, uint32_t n)
{
	d->first += n;
	d->count -= n;
}

/* Several datagrams per call if more are due than there are flows. */
static void grant_lone_ones(struct load_thread *t, struct order *order)
{
	struct departures *d = &t->departures;
	uint32_t run = launch_does(t) ? d->count : 1;

	while (run * t->flow_count < d->count)
		run++;
	*order = (struct order){next_flow(t), run, &d->due[d->first], 1, NULL};
}

/* The rest of a burst goes over the same flow as its start. */
static void grant_burst(struct load_thread *t, struct order *order)
{
	struct departures *d = &t->departures;
	uint32_t burst = t->config->pace.burst;

	if (d->burst_left == burst)
		(void)next_flow(t);
	*order = (struct order){&t->flows[d->flow], d->burst_left,
		&d->due[d->first], burst, NULL};
}

static bool grant(
	struct load_thread *t, struct flow *heard, struct order *order)
{
	struct departures *d = &t->departures;

	(void)heard;
	if (d->count == 0) {
		t->now_ns = clock_ns();
		collect(t, t->now_ns + lead_ns(t));
	}
	if (d->count == 0 || t->now_ns < t->hold_ns)
		return false;
	if (t->config->pace.burst > 1)
		grant_burst(t, order);
	else
		grant_lone_ones(t, order);
	return true;
}

static bool sent(struct load_thread *t, const struct order *order, uint32_t n)
{
	struct departures *d = &t->departures;
	uint32_t done = n + t->given_up;

	(void)order;
	if (t->config->pace.burst == 1) {
		pop(d, done);
	} else {
		d->burst_left -= done;
		if (d->burst_left == 0) {
			pop(d, 1);
			d->burst_left = t->config->pace.burst;
		}
	}
	return done > 0 && (d->count > 0 || t->unheard < NEAR_UNHEARD);
}

static void end(struct load_thread *t)
{
	const struct pace_plan *plan = &t->config->pace;
	uint64_t start_ns = t->shared->start_ns;
	uint64_t now_ns = clock_ns(), from = due_ns(t);

	/* Counts what is still due by the plan's integral: it may be too much
	 * to step through. */
	if (from < now_ns)
		METER_COUNT(&t->meter, due,
			(uint64_t)(t->departures.share *
				   (pace_planned(plan, now_ns - start_ns) -
					   pace_planned(
						   plan, from - start_ns))));
}

static uint64_t wait_ns(struct load_thread *t)
{
	uint64_t now_ns = t->now_ns = clock_ns();

	if (now_ns < t->hold_ns)
		return near_wait_ns(t, t->hold_ns - now_ns);
	if (t->departures.count > 0)
		return 0;
	/* Sends that the kernel times are handed over half the lead ahead. */
	return near_until_ns(t, due_ns(t), now_ns + lead_ns(t) / 2);
}

const struct mode_ops mode_by_plan = {
	.hears_first = true,
	.begin = begin,
	.wait_ns = wait_ns,
	.grant = grant,
	.sent = sent,
	.end = end,
};
