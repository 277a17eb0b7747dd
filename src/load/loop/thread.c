/* SPDX-License-Identifier: MIT */
/* What a thread does: turns, each of what its mode wants. */
#include "load/loop/thread.h"

#include "core/clock.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#define EVENTS 256
/* A departure so near is waited for awake. */
#define NEAR_NS 60000u
/* An open loop that is behind looks for replies after so many datagrams. */
#define UNHEARD_MAX 64
/* A closed loop looks so often for replies that will not come. */
#define LOOK_NS 50000000u

void thread_counts(const struct load_thread *t, struct load_counts *sum)
{
	uint64_t *out = (uint64_t *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*out); i++)
		out[i] +=
			atomic_load_explicit(&t->live[i], memory_order_relaxed);
}

/* Whole trains only, but for the last of a count: equal trains are what makes
 * the ledger exact. */
static uint64_t window_room(const struct load_thread *t, const struct flow *f)
{
	uint64_t in_flight = flow_in_flight(f) + f->before;
	uint64_t room;

	if (in_flight >= t->config->window)
		return 0;
	room = t->config->window - in_flight;
	return t->train > 1 ? room - room % t->train : room;
}

/* Where many flows share a bound, what one has freed goes to the next: each
 * sends its window in its turn, so that a socket that is cold is touched for
 * several trains. */
static uint32_t answer_in_turn(struct load_thread *t)
{
	uint32_t n = 0, sent;

	for (uint32_t tried = 0; tried < t->flow_count &&
				 t->in_flight + t->train <= t->in_flight_max;
		tried++) {
		struct flow *f = &t->flows[t->turn];
		struct load_order order = {.room = window_room(t, f)};
		uint64_t bound = t->in_flight_max - t->in_flight;

		if (++t->turn == t->flow_count)
			t->turn = 0;
		if (order.room > bound)
			order.room = bound - bound % t->train;
		sent = flow_send(t, f, &order);
		t->in_flight += sent;
		n += sent;
	}
	return n;
}

uint32_t thread_answer(struct load_thread *t, struct flow *f)
{
	struct load_order order = {.room = UINT64_MAX};

	if (t->phase >= PHASE_REST || t->config->mode == LOAD_PACED)
		return 0;
	if (t->in_flight_max)
		return answer_in_turn(t);
	if (t->config->mode == LOAD_WINDOW)
		order.room = window_room(t, f);
	return flow_send(t, f, &order);
}

static uint32_t step(struct load_thread *t, struct flow *f)
{
	uint64_t before = flow_in_flight(f);
	uint32_t n = flow_receive(t, f);

	t->in_flight -= before - flow_in_flight(f);
	return n + thread_answer(t, f);
}

/* With one flow there is nothing else to wait for: no epoll, so that a
 * ping-pong has the calls that it needs and no other. */
static void step_alone(struct load_thread *t)
{
	struct flow *f = &t->flows[0];
	uint64_t before = flow_in_flight(f);
	uint32_t n = flow_await(t, f);

	t->in_flight -= before - flow_in_flight(f);
	if (n == 0)
		t->now_ns = clock_ns();
	(void)thread_answer(t, f);
}

static uint32_t step_all(struct load_thread *t)
{
	uint32_t n = t->churn.count > 0 ? churn_receive(t) : 0;

	for (uint32_t i = 0; i < t->flow_count; i++)
		n += step(t, &t->flows[i]);
	return n;
}

/* What was refused will not be answered: it is tried again soon, and yet not
 * over and over. */
static uint64_t patience_ns(const struct load_thread *t, const struct flow *f)
{
	return f->refused && t->rtt.timeout_ns > RTT_MARGIN_NS
		       ? RTT_MARGIN_NS
		       : t->rtt.timeout_ns;
}

uint64_t thread_write_off(struct load_thread *t, struct flow *f)
{
	uint64_t n = flow_in_flight(f);

	if (n == 0 || t->now_ns < f->progress_ns + patience_ns(t, f))
		return 0;
	if (!f->refused)
		LOAD_COUNT(t, written_off, n);
	flow_write_off(f);
	f->refused = false;
	f->written_off_ns = t->now_ns;
	return n;
}

/* Flows whose replies have stopped go on without them. Looked at now and then,
 * by the time of the last send or receive. */
static void write_off(struct load_thread *t)
{
	t->looked_ns = t->now_ns;
	for (uint32_t i = 0; i < t->flow_count; i++) {
		struct flow *f = &t->flows[i];
		uint64_t n = thread_write_off(t, f);

		t->in_flight -= n;
		if (n > 0)
			(void)step(t, f);
		/* A send that failed made no event: it is tried again here. */
		else if (flow_in_flight(f) == 0)
			(void)thread_answer(t, f);
	}
}

/* Asks the flows that have something, waiting for the first. */
static uint32_t step_ready(struct load_thread *t, uint64_t timeout_ns)
{
	struct epoll_event events[EVENTS];
	struct timespec wait = {
		.tv_sec = (time_t)(timeout_ns / 1000000000u),
		.tv_nsec = (long)(timeout_ns % 1000000000u),
	};
	int n = epoll_pwait2(t->epoll, events, EVENTS, &wait, NULL);
	uint32_t done = 0;

	/* Before Linux 5.11 there are whole milliseconds only, and filters that
	 * are as old deny what they do not know. */
	if (n < 0 && (errno == ENOSYS || errno == EPERM))
		n = epoll_wait(
			t->epoll, events, EVENTS, (int)(timeout_ns / 1000000u));
	if (n < 0 && errno != EINTR)
		thread_halt(t, "epoll_wait", errno);
	for (int i = 0; i < n; i++)
		done += events[i].data.u32 < t->flow_count
				? step(t, &t->flows[events[i].data.u32])
				: churn_receive(t);
	return done;
}

/* A spinning thread needs the time for replies that stay away: seldom. */
static void look_at_time(struct load_thread *t)
{
	if (++t->unheard % 1024 == 0)
		t->now_ns = clock_ns();
}

/*
 * A flood sends from all flows in turn. A closed loop is driven by replies;
 * with nothing to do it waits a little.
 */
static void turn(struct load_thread *t)
{
	bool sending = t->phase < PHASE_REST;
	bool flood = sending && t->config->mode == LOAD_FLOOD;
	uint64_t wait_ns = flood ? 1000000u : LOAD_IDLE_NS;

	if (sending && !flood && t->now_ns > t->looked_ns + LOOK_NS)
		write_off(t);
	if (!flood && t->flow_count == 1 && !t->config->spin &&
		t->churn.count == 0) {
		step_alone(t);
		return;
	}
	if ((flood || t->flow_count <= SCAN_FLOWS) && step_all(t) > 0)
		return;
	if (sending && t->config->spin) {
		/* All have been asked: nothing else is to be waited for. */
		if (t->flow_count <= SCAN_FLOWS) {
			look_at_time(t);
			return;
		}
		wait_ns = 0;
	}
	if (step_ready(t, wait_ns) == 0)
		t->now_ns = clock_ns();
}

/*
 * An open loop sleeps while the next departure is far, and asks for replies
 * over and over while it is near: a sleep ends tens of microseconds late. When
 * it is behind it sends, and looks for replies once in between.
 */
static void turn_paced(struct load_thread *t)
{
	uint32_t sent = schedule_step(t);
	uint64_t wait_ns;

	t->unheard += sent;
	if (t->unheard < UNHEARD_MAX && sent > 0)
		return;
	t->unheard = 0;
	t->now_ns = clock_ns();
	wait_ns = schedule_wait_ns(t, t->now_ns);
	wait_ns = wait_ns < NEAR_NS ? 0 : wait_ns - NEAR_NS;
	if (wait_ns > LOAD_IDLE_NS)
		wait_ns = LOAD_IDLE_NS;
	(void)step_ready(t, t->config->spin ? 0 : wait_ns);
}

/* From here on it is measured, until another beginning is. */
static void begin_window(struct load_thread *t)
{
	for (size_t i = 0; i < LOAD_HISTOGRAMS; i++)
		histogram_init(&t->histograms[i]);
	for (uint32_t i = 0; i < t->flow_count; i++)
		t->flows[i].jitter = (struct jitter){0};
	t->jitter = (struct load_jitter){0};
	t->before = (struct load_counts){0};
	thread_counts(t, &t->before);
}

/* Of what was due: it has left, or never will. */
static uint64_t dealt_with(const struct load_counts *c)
{
	return c->sent + c->too_big;
}

/* Whole departures, counted by the thread itself between two of them. */
static void note_kept(struct load_thread *t)
{
	struct load_counts now = {0};

	thread_counts(t, &now);
	t->kept.due = now.due - t->kept.overdue - dealt_with(&t->before);
	t->kept.sent = now.sent - t->before.sent;
}

static void begin(struct load_thread *t)
{
	const struct cpu_list *cpus = t->config->cpus;

	t->phase =
		atomic_load(&t->shared->measured) ? PHASE_WINDOW : PHASE_WARMUP;
	t->in_flight = 0;
	begin_window(t);
	t->kept.overdue = t->before.due - dealt_with(&t->before);
	t->kept.due = t->kept.sent = 0;
	if (cpus)
		t->error = affinity_pin(cpus->cpu[t->number % cpus->count]);
	/* A sleep may otherwise last 50 us longer than it was meant to. */
	(void)prctl(PR_SET_TIMERSLACK, 1);
	churn_begin(t);
	if (t->config->mode == LOAD_PACED)
		schedule_start(t);
	else
		(void)step_all(t);
}

static void enter(struct load_thread *t, enum load_phase phase)
{
	if (phase != t->phase && t->phase == PHASE_WARMUP &&
		atomic_load(&t->shared->measured))
		begin_window(t);
	if (t->config->mode == LOAD_PACED && t->phase < PHASE_REST &&
		phase == PHASE_REST) {
		schedule_end(t);
		note_kept(t);
	}
	t->phase = phase;
	if (phase >= PHASE_REST)
		atomic_store(&t->rests, true);
}

/* A thread that was held up while the run came to rest has replies in its
 * sockets that nobody counted. */
static void hear_the_rest(struct load_thread *t)
{
	struct load_counts before, now = {0};

	enter(t, PHASE_REST);
	thread_counts(t, &now);
	do {
		before = now;
		turn(t);
		now = (struct load_counts){0};
		thread_counts(t, &now);
	} while (!t->error && now.answered != before.answered);
}

void *thread_run(void *arg)
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
		if (t->config->mode == LOAD_PACED && phase < PHASE_REST)
			turn_paced(t);
		else
			turn(t);
	}
	if (t->error)
		atomic_store(&t->rests, true);
	else
		hear_the_rest(t);
	return NULL;
}
