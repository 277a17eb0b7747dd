/* SPDX-License-Identifier: MIT */
#include "server/worker.h"

#include "core/clock.h"
#include "core/couple.h"
#include "core/failures.h"
#include "net/affinity.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* How often an idle worker looks at its orders. */
#define IDLE_MS 50
/* A drain ends after this even if datagrams keep coming. CPU time of its
 * thread, since one that others hold up still has everything to answer. */
#define DRAIN_NS 1000000000u

int worker_init(struct worker *w, const struct worker_config *config)
{
	struct service_config service = {.worker = config->number};
	int error;

	w->config = *config;
	w->counters = config->io.counters;
	w->segments_max = config->segments_max ? config->segments_max : 1;
	consent_init(
		&w->consent, config->consent, config->number, &config->bound);
	if (config->cpu >= 0) {
		error = affinity_pin((unsigned)config->cpu);
		if (error)
			return error;
	}
	if (config->burn_rounds)
		burn_init_rounds(&w->burn, config->burn_rounds);
	else
		burn_init(&w->burn, config->burn_ns);
	spin_init(&w->spin, config->spin_ns);
	bounds_init(&w->bounds);
	error = batch_init(&w->batch, config->io.batch);
	w->batch.bounds = &w->bounds;
	if (!error)
		error = service_open(&w->service, config->service, &service);
	if (!error)
		error = backend_open(&w->backend, config->backend, &config->io);
	if (error)
		worker_fini(w);
	return error;
}

void worker_fini(struct worker *w)
{
	backend_close(&w->backend);
	service_close(&w->service);
	batch_fini(&w->batch);
}

void worker_order(struct worker *w, enum worker_order order)
{
	atomic_fetch_or_explicit(&w->orders, order, memory_order_release);
}

void worker_why(const struct worker *w, char *why, size_t why_bytes)
{
	const struct backend_ops *backend = w->config.backend;
	/* What connects can only be chosen by another option. */
	bool denied = !backend->connects &&
		      (w->error == -EPERM || w->error == -EACCES ||
			      w->error == -ENOSYS) &&
		      (w->failed_call == backend->recv_call ||
			      w->failed_call == backend->send_call);

	if (!w->failed_call) {
		snprintf(why, why_bytes,
			"cannot start a worker with backend %s: %s%s",
			backend->name, strerror(-w->error),
			failure_advice(-w->error));
		return;
	}
	snprintf(why, why_bytes, "worker %u failed: %s: %s%s%s",
		w->config.number, w->failed_call, strerror(-w->error),
		failure_advice(-w->error),
		denied ? "; another --backend uses other calls" : "");
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static int read_memory(struct worker *w, struct socket_memory *memory)
{
	const struct backend_ops *backend = w->config.backend;

	if (backend->look)
		return backend->look(w->backend.self, memory);
	return socket_memory(w->config.io.fd, memory);
}

static void publish(struct worker *w)
{
	struct counters *c = w->counters;
	struct socket_memory memory;
	struct rusage usage;

	if (read_memory(w, &memory) == 0) {
		counter_add(c, COUNTER_SOCKET_DROPS,
			(uint32_t)(memory.drops - w->drops_seen));
		w->drops_seen = memory.drops;
		counter_set(c, COUNTER_SOCKET_QUEUE, memory.queued_bytes);
		unresolved_look(&w->unresolved, memory.sending_bytes,
			memory.sndbuf, clock_ns());
	}
	if (w->backend.ops && w->backend.ops->publish)
		w->backend.ops->publish(w->backend.self);
	if (getrusage(RUSAGE_THREAD, &usage) == 0) {
		counter_set(c, COUNTER_CPU_USER, timeval_ns(usage.ru_utime));
		counter_set(c, COUNTER_CPU_SYSTEM, timeval_ns(usage.ru_stime));
	}
	counter_add(c, COUNTER_PUBLISHED, 1);
	bounds_expire(&w->bounds, clock_ns());
}

/* Counts n in the histogram that these counters make, whose bounds are powers
 * of two from 1 on. */
static void count_size(struct counters *c, enum counter_id first,
	enum counter_id last, uint32_t n)
{
	uint32_t step = n > 1 ? 32 - (uint32_t)__builtin_clz(n - 1) : 0;
	enum counter_id id = first + step;

	counter_add(c, id < last ? id : last, 1);
}

/* A truncated train is not known completely, and so is not answered. */
static uint32_t count_received(struct worker *w)
{
	uint32_t datagrams = 0, empty = 0;
	uint64_t bytes = 0;
	struct batch *b = &w->batch;
	struct counters *c = w->counters;

	for (uint32_t i = 0; i < b->count; i++) {
		struct train *t = &b->trains[i];

		datagrams += t->segments;
		bytes += t->bytes;
		empty += t->bytes == 0;
		count_size(c, COUNTER_RX_TRAINS_OF_1, COUNTER_RX_TRAINS_OF_128,
			t->segments);
		if (t->truncated)
			train_refuse(t, COUNTER_TRUNCATED);
	}
	count_size(c, COUNTER_RX_BATCHES_OF_1, COUNTER_RX_BATCHES_OF_1024,
		b->count);
	counter_add(c, COUNTER_RX_BATCHES, 1);
	counter_add(c, COUNTER_RX_TRAINS, b->count);
	counter_add(c, COUNTER_RX_DATAGRAMS, datagrams);
	counter_add(c, COUNTER_RX_BYTES, bytes);
	if (empty)
		counter_add(c, COUNTER_RX_EMPTY, empty);
	return datagrams;
}

static void count_verdicts(struct worker *w)
{
	uint32_t absorbed = 0;

	for (uint32_t i = 0; i < w->batch.count; i++) {
		const struct train *t = &w->batch.trains[i];

		if (t->refused)
			counter_add(w->counters, t->refusal, t->refused);
		if (t->verdict == VERDICT_ABSORB)
			absorbed += t->segments - t->refused;
	}
	if (absorbed)
		counter_add(w->counters, COUNTER_ABSORBED_DATAGRAMS, absorbed);
}

/*
 * Avoids trains that were refused once. A train may be refused for being of
 * more than every kernel takes, whatever the kernel did at the start. After EIO
 * this peer gets no trains at all: the reason is IPsec on the way to it or,
 * before Linux 6.11, a device that cannot compute checksums. After other errors
 * the segments are too long for the path to it.
 */
static __attribute__((noinline)) void learn(
	struct worker *w, const struct message *m)
{
	bool none = m->train_error == -EIO;

	if (train_has_too_many(m->segments, m->train_error)) {
		w->segments_max = TRAIN_SEND_SEGMENTS;
		counter_set(
			w->counters, COUNTER_SOCKET_SEGMENTS, w->segments_max);
		return;
	}
	bounds_learn(&w->bounds, m->peer, none ? 0 : m->segment_bytes - 1,
		clock_ns());
}

/* Counts the first count messages; answers to queries are counted
 * separately. */
static void count_sent(struct worker *w, uint32_t count)
{
	uint32_t datagrams = 0, trains = 0;
	uint64_t bytes = 0;
	struct counters *c = w->counters;

	for (uint32_t i = 0; i < count; i++) {
		const struct message *m = &w->batch.messages[i];
		uint32_t failed = m->segments - m->sent_segments;

		datagrams += m->sent_segments;
		bytes += m->sent_bytes;
		trains += m->segments > 1;
		if (m->train_error)
			learn(w, m);
		if (failed)
			counter_add(c, counter_of_send_error(m->error), failed);
	}
	counter_add(c, COUNTER_TX_MESSAGES, count);
	counter_add(c, COUNTER_TX_TRAINS, trains);
	counter_add(c, COUNTER_ANSWERED_DATAGRAMS, datagrams);
	counter_add(c, COUNTER_ANSWERED_BYTES, bytes);
}

static void spend(struct worker *w, uint32_t datagrams)
{
	if (budget_spend(w->config.budget, &w->kept, datagrams))
		w->config.spent(w->config.spent_arg);
}

/* Makes messages from what came, except for queries. Returns the number of
 * datagrams. */
static uint32_t serve(struct worker *w)
{
	const struct worker_config *c = &w->config;
	struct batch *b = &w->batch;
	uint32_t datagrams, lost;

	if (c->service->wants_time)
		b->received_ns = clock_ns();
	datagrams = count_received(w);
	if (c->marks)
		marks_count(&w->marks, b, w->counters);
	if (c->observe)
		c->observe(c->observe_arg, b);
	c->service->handle(w->service.self, b);
	if (w->burn.rounds)
		burn_spend(&w->burn, datagrams);
	guard_check(c->guard, c->service, b, w->counters);
	if (w->unresolved.count)
		unresolved_check(&w->unresolved, b, w->counters);
	lost = couple(b, w->segments_max);
	if (lost)
		counter_add(w->counters, COUNTER_REPLY_LOST, lost);
	count_verdicts(w);
	return datagrams;
}

/* One batch. Returns the number of trains, 0 if none came, or -errno. */
static int turn(struct worker *w, int timeout_ms)
{
	const struct worker_config *c = &w->config;
	struct batch *b = &w->batch;
	uint32_t datagrams = 0, queries = 0, served;
	int error, n = c->backend->recv(w->backend.self, b, timeout_ms);

	if (n < 0)
		w->failed_call =
			b->failed_call ? b->failed_call : c->backend->recv_call;
	if (n == 0 && c->budget)
		spend(w, 0);
	if (n <= 0)
		return n;
	if (c->consent)
		queries = consent_part(b);
	b->message_count = b->piece_count = 0;
	if (b->count)
		datagrams = serve(w);
	served = b->message_count;
	if (queries)
		consent_answer(&w->consent, c->guard, b, queries, w->counters);
	error = c->backend->send(w->backend.self, b);
	if (error)
		w->failed_call = c->backend->send_call;
	if (served)
		count_sent(w, served);
	if (queries)
		consent_count_sent(b, served, w->counters);
	if (c->budget && datagrams)
		spend(w, datagrams);
	return error ? error : n;
}

int worker_begin(struct worker *w)
{
	int n = turn(w, 0);

	if (n >= 0)
		return 0;
	worker_fini(w);
	return n;
}

static int drain(struct worker *w)
{
	uint64_t deadline = clock_thread_ns() + DRAIN_NS;
	int n;

	do {
		n = turn(w, 0);
	} while (n > 0 && clock_thread_ns() < deadline &&
		 !(atomic_load_explicit(&w->orders, memory_order_relaxed) &
			 ORDER_STOP));
	return n < 0 ? n : 0;
}

/* Runs between batches, while this thread counts nothing, so that no count is
 * lost when the counters move. */
static void obey(struct worker *w)
{
	unsigned orders = atomic_fetch_and_explicit(&w->orders,
		~(unsigned)(ORDER_PUBLISH | ORDER_MOVE), memory_order_acquire);

	if (orders & ORDER_MOVE) {
		const struct worker_config *c = &w->config;
		int error = c->move(c->move_arg, c->number);

		atomic_store(&w->moved, error ? error : 1);
	}
	if (orders & ORDER_PUBLISH)
		publish(w);
}

/* n: what a turn returned, which waited if the worker was to sleep. */
static void note_wait(struct worker *w, int n)
{
	struct spin *s = &w->spin;

	if (n > 0 && spin_came(s))
		counter_add(w->counters, COUNTER_SPINS_SUCCEEDED, 1);
	if (n == 0 && !spin_sleeps(s) && spin_nothing(s, clock_ns()))
		counter_add(w->counters, COUNTER_SPINS_FAILED, 1);
}

/* An empty turn of a worker that always spins costs a receive and a load of its
 * orders; it reads no clock, since another thread does that for it. */
int worker_run(struct worker *w)
{
	unsigned orders = 0;
	int n = 0;

	publish(w);
	while (n >= 0 && !(orders & (ORDER_DRAIN | ORDER_STOP))) {
		n = turn(w, spin_sleeps(&w->spin) ? IDLE_MS : 0);
		if (w->spin.most_ns)
			note_wait(w, n);
		orders = atomic_load_explicit(&w->orders, memory_order_relaxed);
		if (orders & (ORDER_PUBLISH | ORDER_MOVE))
			obey(w);
	}
	if (n >= 0 && !(orders & ORDER_STOP))
		n = drain(w);
	/* A second look sees the sockets that the first one left out. */
	if (w->config.backend->look)
		publish(w);
	publish(w);
	return n < 0 ? n : 0;
}
