/* SPDX-License-Identifier: MIT */
#include "load/loop/turn.h"

#include "core/clock.h"
#include "load/loop/churn.h"
#include "load/loop/count_marks.h"
#include "load/loop/mode.h"
#include "load/loop/receive.h"
#include "load/loop/send.h"

#include <sys/prctl.h>

/* At the end, the thread empties its sockets in at most this many turns per
 * flow, more than a buffer holds. A limit by time would depend on how often the
 * thread gets to run. */
#define LAST_TURNS 10000u

static void send_granted(struct load_thread *t, struct flow *heard)
{
	struct order order;
	uint32_t n;

	t->unfinished = false;
	while (t->mode->grant(t, heard, &order)) {
		n = send_order(t, &order);
		t->unheard += n + t->given_up;
		t->owed += n;
		t->blocked = n > 0 ? 0 : t->blocked + 1;
		if (!t->mode->sent(t, &order, n)) {
			t->unfinished = n > 0;
			return;
		}
		heard = NULL;
	}
}

/* Until the run's end is seen, nothing is sent after its last mark. */
static bool is_sending(struct load_thread *t)
{
	if (t->phase >= PHASE_REST || !t->config->count_window)
		return t->phase < PHASE_REST;
	count_marks_look(t);
	return !count_windows_over(&t->windows);
}

/* With a limit to its polling, a thread that may wait polls first. */
static struct flow *receive(struct load_thread *t, uint64_t wait_ns)
{
	struct spin *s = &t->spin;
	bool polls = wait_ns > 0 && s->most_ns > 0 && !spin_sleeps(s);
	struct flow *heard = receive_next(t, polls ? 0 : wait_ns);

	if (s->most_ns > 0 && t->idle == 0 && spin_came(s))
		METER_COUNT(&t->meter, spins_succeeded, 1);
	if (polls && t->idle > 0) {
		t->now_ns = clock_ns();
		if (spin_nothing(s, t->now_ns))
			METER_COUNT(&t->meter, spins_failed, 1);
	}
	return heard;
}

/* Counts what became of sends without copying. */
static void count_copies(struct load_thread *t)
{
	struct engine_copies now, *last = &t->copies;

	t->engine.ops->copies(t->engine.self, &now);
	METER_COUNT(&t->meter, lent, now.sends - last->sends);
	METER_COUNT(&t->meter, copied, now.copied - last->copied);
	METER_COUNT(&t->meter, slots_renewed, now.renewed - last->renewed);
	METER_COUNT(&t->meter, nobufs, now.nobufs - last->nobufs);
	*last = now;
}

/* Counts what became of frames. */
static void count_losses(struct load_thread *t)
{
	struct engine_losses now, *last = &t->losses;

	t->engine.ops->losses(t->engine.self, &now);
	METER_COUNT(&t->meter, device_drops, now.tx_dropped - last->tx_dropped);
	METER_COUNT(&t->meter, rx_dropped, now.rx_dropped - last->rx_dropped);
	METER_COUNT(
		&t->meter, rx_ring_full, now.rx_ring_full - last->rx_ring_full);
	METER_COUNT(
		&t->meter, rx_checksum, now.rx_checksum - last->rx_checksum);
	METER_COUNT(&t->meter, rx_strange, now.rx_strange - last->rx_strange);
	METER_COUNT(&t->meter, fill_empty, now.fill_empty - last->fill_empty);
	METER_COUNT(&t->meter, invalid, now.invalid - last->invalid);
	METER_COUNT(&t->meter, stack, now.stack - last->stack);
	*last = now;
}

void turn_once(struct load_thread *t)
{
	bool sending = is_sending(t);
	uint64_t wait_ns = sending ? t->mode->wait_ns(t) : ENGINE_IDLE_NS;
	struct flow *heard = NULL;

	if (wait_ns != MODE_NO_RECEIVE)
		heard = receive(t, t->windows.taking ? 0 : wait_ns);
	if (t->engine.ops->copies)
		count_copies(t);
	if (t->engine.ops->losses)
		count_losses(t);
	if (!sending || (heard && t->mode->hears_first && t->owed > 0))
		return;
	send_granted(t, heard);
}

/* Starts measuring anew. */
static void begin_window(struct load_thread *t)
{
	meter_begin(&t->meter);
	for (uint32_t i = 0; i < t->flow_count; i++)
		t->flows[i].jitter = (struct jitter){0};
}

static void begin(struct load_thread *t)
{
	const struct cpu_list *cpus = t->config->cpus;

	t->phase =
		atomic_load(&t->shared->measured) ? PHASE_WINDOW : PHASE_WARMUP;
	t->now_ns = clock_ns();
	t->unheard = t->blocked = 0;
	t->owed = 0;
	begin_window(t);
	meter_begin_plan(&t->meter);
	if (cpus)
		t->error = affinity_pin(cpus->cpu[t->number % cpus->count]);
	/* By default a sleep may last 50 us longer than asked for. */
	(void)prctl(PR_SET_TIMERSLACK, 1);
	churn_begin(t);
	count_marks_begin(t);
	t->mode->begin(t);
	send_granted(t, NULL);
}

static void enter(struct load_thread *t, enum load_phase phase)
{
	if (phase != t->phase && t->phase == PHASE_WARMUP &&
		atomic_load(&t->shared->measured))
		begin_window(t);
	if (t->phase < PHASE_REST && phase == PHASE_REST && t->mode->end) {
		t->mode->end(t);
		meter_end_plan(&t->meter);
	}
	t->phase = phase;
	if (phase >= PHASE_REST)
		atomic_store(&t->rests, true);
}

/* A thread that was held up during the rest may have uncounted replies in its
 * sockets. */
void turn_last(struct load_thread *t)
{
	uint64_t left = (uint64_t)LAST_TURNS * t->flow_count;

	enter(t, PHASE_REST);
	do {
		turn_once(t);
	} while (!t->error && t->idle == 0 && --left > 0);
}

void *turn_run(void *arg)
{
	struct load_thread *t = arg;
	enum load_phase phase;

	begin(t);
	while ((phase = atomic_load_explicit(&t->shared->phase,
			memory_order_relaxed)) != PHASE_END &&
		!t->error) {
		enter(t, phase);
		if (t->churn.retired && phase < PHASE_REST &&
			t->now_ns >= t->churn.next_ns)
			churn_step(t);
		turn_once(t);
	}
	if (t->error)
		atomic_store(&t->rests, true);
	else
		turn_last(t);
	return NULL;
}
