/* SPDX-License-Identifier: MIT */
/* An open loop whose plan is a capture: each thread goes through all items and
 * sends those of its own flows. */
#include "core/clock.h"
#include "load/loop/modes.h"
#include "load/loop/near.h"

static const struct replay_item *end_of(const struct replay *r)
{
	return r->items + r->count;
}

/* The first item from i on that is this thread's; the end if there is none. */
static const struct replay_item *own(
	const struct load_thread *t, const struct replay_item *i)
{
	const struct replay_item *end = end_of(t->config->replay);
	uint32_t first = t->flows[0].number;

	while (i < end && i->flow - first >= t->flow_count)
		i++;
	return i;
}

static uint64_t due_ns(const struct load_thread *t, const struct replay_item *i)
{
	return i < end_of(t->config->replay) ? t->shared->start_ns + i->at_ns
					     : UINT64_MAX;
}

static void note_end(struct load_thread *t)
{
	if (t->departures.item == end_of(t->config->replay))
		(void)atomic_fetch_add(&t->shared->replayed, 1);
}

static uint64_t failures(const struct load_thread *t)
{
	return METER_READ(&t->meter, send_errors);
}

static void begin(struct load_thread *t)
{
	struct departures *d = &t->departures;

	d->item = own(t, t->config->replay->items);
	d->next_due = d->item;
	d->failed = false;
	note_end(t);
}

static void count_due(struct load_thread *t, uint64_t now_ns)
{
	struct departures *d = &t->departures;
	uint64_t n = 0;

	for (; due_ns(t, d->next_due) <= now_ns; n++)
		d->next_due = own(t, d->next_due + 1);
	if (n)
		METER_COUNT(&t->meter, due, n);
}

/* Gathers the next due items as long as they are of one flow. Returns how
 * many. */
static uint32_t gather(struct load_thread *t)
{
	struct departures *d = &t->departures;
	const struct replay_item *i = d->item;
	uint32_t flow = i->flow, n = 0;

	while (n < ENGINE_MESSAGES && i != d->next_due && i->flow == flow) {
		d->items[n++] = i;
		i = own(t, i + 1);
	}
	return n;
}

static void advance(struct load_thread *t, const struct replay_item *last)
{
	t->departures.item = own(t, last + 1);
	t->departures.failed = false;
	note_end(t);
}

static bool grant(
	struct load_thread *t, struct flow *heard, struct order *order)
{
	struct departures *d = &t->departures;

	(void)heard;
	if (d->item == d->next_due) {
		t->now_ns = clock_ns();
		count_due(t, t->now_ns);
	}
	if (d->item == d->next_due)
		return false;
	d->failures = failures(t);
	*order = (struct order){
		.flow = &t->flows[d->item->flow - t->flows[0].number],
		.room = gather(t),
		.items = d->items,
	};
	return true;
}

/* An error may be due to an earlier datagram (ICMP). The second in a row is due
 * to this datagram, which is skipped so that it does not hold up all others. */
static void note_failure(struct load_thread *t)
{
	struct departures *d = &t->departures;

	if (failures(t) == d->failures)
		return;
	if (d->failed)
		advance(t, d->item);
	else
		d->failed = true;
}

static bool sent(struct load_thread *t, const struct order *order, uint32_t n)
{
	uint32_t done = n + t->given_up;

	if (done == 0) {
		note_failure(t);
		return false;
	}
	advance(t, order->items[done - 1]);
	return t->unheard < NEAR_UNHEARD;
}

static void end(struct load_thread *t)
{
	count_due(t, clock_ns());
}

static uint64_t wait_ns(struct load_thread *t)
{
	const struct departures *d = &t->departures;
	uint64_t now_ns = t->now_ns = clock_ns();

	if (now_ns < t->hold_ns)
		return near_wait_ns(t, t->hold_ns - now_ns);
	if (d->item != d->next_due)
		return 0;
	return near_until_ns(t, due_ns(t, d->next_due), now_ns);
}

const struct mode_ops mode_by_capture = {
	.hears_first = true,
	.begin = begin,
	.wait_ns = wait_ns,
	.grant = grant,
	.sent = sent,
	.end = end,
};
