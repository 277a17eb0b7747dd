/* SPDX-License-Identifier: MIT */
#include "load/loop/send.h"

#include "core/clock.h"
#include "load/loop/failed.h"
#include "load/loop/launch.h"
#include "load/loop/probes.h"

#include <errno.h>

static void note_times(const struct load_thread *t, struct flow *f, uint32_t n)
{
	const struct probes *w = &t->probes;
	uint64_t sequence = f->sequence;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < w->messages[i].segments; k++)
			f->times[sequence++ % FLOW_TIMES] = w->meant_ns[i];
}

/* 0 for a send that is made early, for the kernel to time. */
static uint64_t late_ns(const struct load_thread *t, uint64_t meant_ns)
{
	return t->now_ns > meant_ns ? t->now_ns - meant_ns : 0;
}

static uint32_t count_taken(struct load_thread *t, struct flow *f, uint32_t n)
{
	uint32_t taken = 0, partial = 0;
	const struct replay *replay = t->config->replay;
	bool paced =
		t->config->mode == LOAD_PACED && !(replay && replay->unpaced);
	bool mixed = sizes_mixed(&t->config->sizes);
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct engine_message *m = &t->probes.messages[i];

		if (mixed)
			probes_move(t, m->segments);
		taken += m->segments;
		bytes += m->bytes;
		partial += m->segments < t->train;
		if (paced)
			histogram_record(&t->meter.histograms[LOAD_LAG],
				late_ns(t, t->probes.meant_ns[i]), m->segments);
	}
	if (!mixed)
		probes_move(t, taken);
	if (f->times)
		note_times(t, f, n);
	if (flow_in_flight(f) == 0)
		f->progress_ns = t->now_ns;
	f->sequence += taken;
	METER_COUNT(&t->meter, sent, taken);
	METER_COUNT(&t->meter, sent_bytes, bytes);
	METER_COUNT(&t->meter, sent_messages, n);
	if (partial)
		METER_COUNT(&t->meter, partial, partial);
	return taken;
}

/* Reserves datagrams from the count, if there is one. */
static uint64_t reserve(struct load_thread *t, uint64_t room)
{
	uint32_t most = launch_does(t) ? ENGINE_LAUNCH : probes_most(t->train);
	int64_t had;

	if (room > most)
		room = most;
	if (!t->config->count)
		return room;
	had = atomic_fetch_sub(&t->shared->budget, (int64_t)room);
	if (had >= (int64_t)room)
		return room;
	had = had > 0 ? had : 0;
	atomic_fetch_add(&t->shared->budget, (int64_t)room - had);
	return (uint64_t)had;
}

/* With a count the run ends with the last send, so that its time must be exact;
 * set before the count, since the reader of the count then reads the time. */
static void note_sent(struct load_thread *t)
{
	bool last = t->config->count && atomic_load(&t->shared->budget) <= 0;

	atomic_store_explicit(&t->meter.active_ns,
		last ? clock_ns() : t->now_ns, memory_order_relaxed);
}

/* After the kernel had no room: is it too early to try again? */
static bool is_held(struct load_thread *t)
{
	t->now_ns = clock_ns();
	if (t->now_ns < t->hold_ns)
		return true;
	t->hold_ns = 0;
	return false;
}

/* Gives back to the count what was not sent. */
static void restore(struct load_thread *t, uint64_t unsent)
{
	if (t->config->count && unsent)
		atomic_fetch_add(&t->shared->budget, (int64_t)unsent);
}

static uint32_t launch(
	struct load_thread *t, const struct order *order, uint64_t room)
{
	uint32_t taken = launch_order(t, order, (uint32_t)room);

	restore(t, room - taken);
	t->now_ns = clock_ns();
	note_sent(t);
	return taken;
}

uint32_t send_order(struct load_thread *t, const struct order *order)
{
	uint32_t messages, taken = 0;
	uint64_t room;
	int n;

	t->given_up = 0;
	if (t->hold_ns && is_held(t))
		return 0;
	room = t->error ? 0 : reserve(t, order->room);
	if (room == 0)
		return 0;
	if (launch_does(t))
		return launch(t, order, room);
	t->now_ns = clock_ns();
	messages = probes_write(t, order, room);
	/* None: the kernel still reads all slots. */
	n = messages ? t->engine.ops->send(
			       t->engine.self, t->probes.messages, messages)
		     : -EAGAIN;
	if (n > 0) {
		failures_none(&t->sends);
		note_sent(t);
		taken = count_taken(t, order->flow, (uint32_t)n);
	}
	if (n > 0 && (uint32_t)n < messages) {
		METER_COUNT(&t->meter, cut, 1);
		/* The call does not say why it stopped; a refusal is among the
		 * reports. */
		failed_report(t, order->flow, 0);
	}
	restore(t, room - taken);
	if (n < 0)
		failed_send(t, order->flow, -n);
	return taken;
}
