/* SPDX-License-Identifier: MIT */
/* A closed loop: a flow has up to window datagrams in flight, and each reply
 * makes room for the next. */
#include "load/loop/modes.h"
#include "load/loop/write_off.h"

/* How often flows are checked for replies that will not come. */
#define LOOK_NS 50000000u
/* A turn ends after this many datagrams, however much room there is: replies
 * are to be taken, and the end of the run is to be seen. */
#define TURN_DATAGRAMS ENGINE_MESSAGES

static void begin(struct load_thread *t)
{
	t->in_flight = 0;
	t->looked_ns = t->now_ns;
	t->asking = NULL;
	for (uint32_t i = 0; i < t->flow_count; i++) {
		t->flows[i].asks = false;
		thread_ask(t, &t->flows[i]);
	}
}

static uint64_t wait_ns(struct load_thread *t)
{
	if (t->config->spin_ns == SPIN_ALWAYS || t->unfinished)
		return 0;
	/* A send that found no room is retried soon. */
	if (t->blocked && t->hold_ns > t->now_ns)
		return t->hold_ns - t->now_ns;
	return ENGINE_IDLE_NS;
}

/* Whole trains only, except for the last of a count: equal trains make the
 * ledger exact. */
static uint64_t room_of(const struct load_thread *t, const struct flow *f)
{
	uint64_t in_flight = flow_in_flight(f) + f->before;
	uint64_t room;

	if (in_flight >= t->config->window)
		return 0;
	room = t->config->window - in_flight;
	/* A division for each train is none for each datagram. */
	if (t->train == 1)
		return room;
	return room < t->train ? 0 : room - room % t->train;
}

static void forget_first(struct load_thread *t)
{
	struct flow *f = t->asking;

	t->asking = f->next_asking;
	f->asks = false;
}

static bool grant_flow(
	const struct load_thread *t, struct flow *f, struct order *order)
{
	*order = (struct order){.flow = f, .room = room_of(t, f)};
	return order->room > 0;
}

/* Flows that share a limit send in turn, each as much of its window as fits, so
 * that a socket that is cold in the cache is touched for several trains at
 * once. */
static bool grant_in_turn(struct load_thread *t, struct order *order)
{
	uint64_t bound = t->in_flight_max - t->in_flight;

	if (t->in_flight + t->train > t->in_flight_max)
		return false;
	for (uint32_t i = 0; i < t->flow_count; i++) {
		struct flow *f = &t->flows[t->turn];

		if (++t->turn == t->flow_count)
			t->turn = 0;
		if (!grant_flow(t, f, order))
			continue;
		if (order->room > bound)
			order->room = bound - bound % t->train;
		return true;
	}
	return false;
}

/* Lets flows whose replies have stopped go on without them. Uses the time of
 * the last send or receive. */
static void look(struct load_thread *t)
{
	t->looked_ns = t->now_ns;
	for (uint32_t i = 0; i < t->flow_count; i++) {
		struct flow *f = &t->flows[i];

		if (write_off(t, f))
			thread_ask(t, f);
	}
}

static bool grant(
	struct load_thread *t, struct flow *heard, struct order *order)
{
	if (t->now_ns > t->looked_ns + LOOK_NS)
		look(t);
	if (t->in_flight_max)
		return grant_in_turn(t, order);
	if (heard)
		thread_ask(t, heard);
	while (t->asking) {
		if (grant_flow(t, t->asking, order))
			return true;
		forget_first(t);
	}
	return false;
}

/* A flow whose send failed stays enlisted, since no reply may come to enlist it
 * again; but after the others, whose sockets may have room. */
static bool sent(struct load_thread *t, const struct order *order, uint32_t n)
{
	t->in_flight += n;
	if (n == 0 && !t->in_flight_max) {
		forget_first(t);
		thread_ask(t, order->flow);
	}
	return n > 0 && t->unheard < TURN_DATAGRAMS;
}

const struct mode_ops mode_window = {
	.begin = begin,
	.wait_ns = wait_ns,
	.grant = grant,
	.sent = sent,
};
