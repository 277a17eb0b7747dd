/* SPDX-License-Identifier: MIT */
/* An open loop whose plan is a capture: each thread walks all items, and sends
 * those of its own flows. */
#include "core/clock.h"
#include "load/loop/thread.h"

/* So many at a time, then replies are looked for. */
#define STEP_MAX SEND_SINGLES

static const struct replay_item *end_of(const struct replay *r)
{
	return r->items + r->count;
}

/* This one, or the next that is the thread's; the end where none is. */
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
	if (t->schedule.item == end_of(t->config->replay))
		(void)atomic_fetch_add(&t->shared->replayed, 1);
}

void replay_start(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;

	s->item = own(t, t->config->replay->items);
	s->next_due = s->item;
	s->failed = false;
	note_end(t);
}

static void count_due(struct load_thread *t, uint64_t now_ns)
{
	struct load_schedule *s = &t->schedule;
	uint64_t n = 0;

	for (; due_ns(t, s->next_due) <= now_ns; n++)
		s->next_due = own(t, s->next_due + 1);
	if (n)
		LOAD_COUNT(t, due, n);
}

/* Those that are due, as long as they are one flow's. */
static uint32_t gather(const struct load_thread *t,
	const struct replay_item *items[SEND_SINGLES])
{
	const struct replay_item *i = t->schedule.item;
	uint32_t flow = i->flow, n = 0;

	while (n < SEND_SINGLES && i != t->schedule.next_due &&
		i->flow == flow) {
		items[n++] = i;
		i = own(t, i + 1);
	}
	return n;
}

static void advance(struct load_thread *t, const struct replay_item *last)
{
	t->schedule.item = own(t, last + 1);
	t->schedule.failed = false;
	note_end(t);
}

static uint64_t failures(const struct load_thread *t)
{
	return atomic_load_explicit(
		&t->live[offsetof(struct load_counts, send_errors) /
			 sizeof(uint64_t)],
		memory_order_relaxed);
}

/* An error may be of an earlier datagram (ICMP). Twice in a row it is this
 * one's own, which would hold up all others: it is left out, and counted. */
static void give_up(struct load_thread *t, uint64_t failures_before)
{
	if (failures(t) == failures_before)
		return;
	if (t->schedule.failed)
		advance(t, t->schedule.item);
	else
		t->schedule.failed = true;
}

uint32_t replay_step(struct load_thread *t)
{
	struct load_schedule *s = &t->schedule;
	const struct replay_item *items[SEND_SINGLES];
	uint32_t sent = 0, n;

	count_due(t, clock_ns());
	while (sent < STEP_MAX && s->item != s->next_due) {
		struct load_order order = {.items = items};
		uint64_t before = failures(t);

		order.room = gather(t, items);
		n = flow_send(t, &t->flows[items[0]->flow - t->flows[0].number],
			&order);
		if (n == 0 && t->given_up) {
			advance(t, s->item);
			continue;
		}
		if (n == 0) {
			give_up(t, before);
			break;
		}
		advance(t, items[n - 1]);
		sent += n;
	}
	return sent;
}

void replay_end(struct load_thread *t)
{
	count_due(t, clock_ns());
}

uint64_t replay_wait_ns(const struct load_thread *t, uint64_t now_ns)
{
	uint64_t at = due_ns(t, t->schedule.next_due);

	if (t->schedule.item != t->schedule.next_due || at <= now_ns)
		return 0;
	return at == UINT64_MAX ? at : at - now_ns;
}
