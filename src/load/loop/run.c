/* SPDX-License-Identifier: MIT */
/* A run and its phases: warm-up, window, rest; then the ledger. */
#include "core/clock.h"
#include "load/loop/churn.h"
#include "load/loop/count_marks.h"
#include "load/loop/drive.h"
#include "load/loop/engine_choice.h"
#include "load/loop/generator.h"
#include "load/loop/halt.h"
#include "load/loop/moment.h"
#include "load/loop/rest.h"
#include "load/loop/settle.h"
#include "load/loop/trains.h"
#include "load/loop/turn.h"
#include "net/interface.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int start_threads(struct load *l, char *why, size_t why_bytes)
{
	for (uint32_t i = 0; i < l->config.threads; i++) {
		struct load_thread *t = &l->threads[i];
		int error;

		atomic_store(&t->rests, false);
		error = pthread_create(&t->thread, NULL, turn_run, t);
		if (error) {
			snprintf(why, why_bytes, "cannot start thread %u: %s",
				i, strerror(error));
			return -error;
		}
		t->started = true;
	}
	return 0;
}

/* Stops waiting for replies to earlier runs. Trains that a thread has given up
 * stay given up. */
static void begin_anew(struct load *l)
{
	l->shared.runs++;
	l->train = load_longest_train(l);
	atomic_store(&l->shared.too_big_until, 0);
	atomic_store(&l->shared.budget, (int64_t)l->config.count);
	atomic_store(&l->shared.replayed, 0);
	atomic_store(&l->shared.windows_counted, false);
	for (uint32_t i = 0; i < l->config.flows; i++)
		flow_write_off(&l->flows[i]);
}

static void end_threads(struct load *l)
{
	load_set_phase(l, PHASE_END);
	for (uint32_t i = 0; i < l->config.threads; i++) {
		struct load_thread *t = &l->threads[i];

		if (t->started)
			pthread_join(t->thread, NULL);
		t->started = false;
	}
}

static void begin_presence(struct load *l, const struct moment *start)
{
	const struct presence_counts none = {
		.alive = start->server.counters.delivered};
	bool seen = !start->server_error && !start->server.asked;

	l->silent = false;
	l->presence.mute = l->config.replies == REPLIES_NONE && !seen;
	l->presence.near = interface_owns(&l->config.socket.remote);
	presence_begin(&l->presence, start->at_ns, &none);
}

/* The counts as each thread noted them when it began to measure, between two
 * datagrams. */
static struct load_counts counts_before(const struct load *l)
{
	struct load_counts sum = {0};
	uint64_t *out = (uint64_t *)&sum;

	for (uint32_t i = 0; i < l->config.threads; i++)
		for (size_t k = 0; k < sizeof(sum) / sizeof(*out); k++)
			out[k] += ((const uint64_t *)&l->threads[i]
					   .meter.before)[k];
	return sum;
}

static enum load_absence absence(const struct load *l)
{
	if (l->silent && !l->presence.lived)
		return ABSENCE_SILENT;
	if (!presence_is_refused(&l->presence))
		return ABSENCE_NONE;
	return l->presence.lived ? ABSENCE_GONE : ABSENCE_NOBODY;
}

static void see_peer(const struct load *l, struct load_result *r)
{
	const struct presence *p = &l->presence;

	r->absence = absence(l);
	if (p->whole_first_ns) {
		r->refused_first_ns = p->whole_first_ns - l->shared.start_ns;
		r->refused_last_ns = p->whole_last_ns - l->shared.start_ns;
	}
	r->timeout_ns = load_timeout(l);
	r->queued = l->queued_near;
}

static void see_server(struct load_result *r, const struct moment *start,
	const struct moment *end, enum rest rest)
{
	r->server_gone = !start->server_error && end->server_error;
	r->server_seen = !start->server_error &&
			 (!end->server_error || end->server_error == -ESRCH);
	if (!r->server_seen)
		return;
	r->server_whole = load_server_between(&start->server, &end->server);
	r->server_whole.counters.silent = r->server_gone || rest == REST_SILENT;
}

static void sum_jitter(const struct load *l, struct load_jitter *sum)
{
	for (uint32_t i = 0; i < l->config.flows; i++)
		jitter_add(sum, &l->flows[i].jitter);
	for (uint32_t i = 0; i < l->config.threads; i++) {
		jitter_merge(sum, &l->threads[i].meter.jitter);
		churn_jitter(&l->threads[i], sum);
	}
}

static void sum_histograms(struct load *l)
{
	struct histogram latency;

	for (uint32_t h = 0; h < LOAD_HISTOGRAMS; h++)
		histogram_init(&l->histograms[h]);
	for (uint32_t i = 0; i < l->config.threads; i++) {
		const struct meter *m = &l->threads[i].meter;

		for (uint32_t h = 0; h < LOAD_HISTOGRAMS; h++)
			if (h != LOAD_LATENCY)
				histogram_merge(
					&l->histograms[h], &m->histograms[h]);
		meter_latency(m, &latency);
		histogram_merge(&l->histograms[LOAD_LATENCY], &latency);
	}
}

static void fill_window(struct load *l, const struct moment *from,
	const struct moment *to, struct load_result *r)
{
	const struct load_counts before = counts_before(l);

	r->from_ns = from->at_ns - l->shared.start_ns;
	r->to_ns = to->at_ns - l->shared.start_ns;
	r->seconds = (double)(r->to_ns - r->from_ns) / 1e9;
	r->window = load_counts_between(&before, &to->counts);
	r->machine_busy_ns = to->busy_ns - from->busy_ns;
	r->client.user_ns = to->cpu.user_ns - from->cpu.user_ns;
	r->client.system_ns = to->cpu.system_ns - from->cpu.system_ns;
	r->window_seen = !from->server_error &&
			 (!to->server_error || to->server_error == -ESRCH);
	if (r->window_seen)
		r->server_window =
			load_server_between(&from->server, &to->server);
	sum_histograms(l);
	sum_jitter(l, &r->jitter);
	/* Replies matched by order say nothing about latency if one is
	 * missing. */
	if (l->times && r->whole.answered != r->whole.sent) {
		histogram_init(&l->histograms[LOAD_LATENCY]);
		r->jitter = (struct load_jitter){0};
	}
	r->histograms = l->histograms;
	for (uint32_t i = 0; i < l->config.threads; i++) {
		r->due += l->threads[i].meter.kept.due;
		r->kept += l->threads[i].meter.kept.sent;
	}
}

/* Why the run ended early. 0, or the -errno of a thread that never began to
 * send. A thread that was halted later is reported in r->halted instead. */
static int thread_error(const struct load *l, struct load_result *r)
{
	snprintf(r->halted, sizeof(r->halted), "%s", l->path_why);
	for (uint32_t i = 0; i < l->config.threads; i++) {
		const struct load_thread *t = &l->threads[i];

		if (t->error && !t->failed_call)
			return t->error;
		if (t->error)
			thread_why(t, r->halted, sizeof(r->halted));
	}
	return 0;
}

int load_run(struct load *l, struct load_result *r, char *why, size_t why_bytes)
{
	struct moment start, from, to, end;
	struct intervals told;
	struct settle settle;
	enum rest rest = REST_DONE;
	int error;

	*r = (struct load_result){
		.rcvbuf = l->obtained.rcvbuf,
		.sndbuf = l->obtained.sndbuf,
		.engine = l->config.engine->name,
		.lends = l->config.engine->copies,
		.gro = l->obtained.gro,
		.tos = l->obtained.tos,
		.ttl = l->obtained.ttl,
		.busy_poll = l->obtained.busy_poll,
	};
	address_format(&l->obtained.bound, r->local);
	engine_facts(&l->config, l->shared.engine_share, r);
	begin_anew(l);
	settle_begin(&settle, l);
	moment_take(l, LOOK_MUST, &start);
	start.at_ns = clock_ns();
	l->shared.start_ns = start.at_ns;
	begin_presence(l, &start);
	atomic_store(&l->shared.measured, l->config.omit_ns == 0);
	load_set_phase(l, l->config.omit_ns ? PHASE_WARMUP : PHASE_WINDOW);
	intervals_begin(&told, l, &start.counts);
	error = start_threads(l, why, why_bytes);
	if (!error)
		drive(l, &told, &start, &from, &to);
	load_set_phase(l, PHASE_REST);
	if (!error)
		rest = rest_wait(l, &start, &end);
	end_threads(l);
	if (error)
		return error;
	rest_end(l, rest, &start, &end);
	error = thread_error(l, r);
	if (error) {
		snprintf(why, why_bytes, "a thread failed: %s",
			strerror(-error));
		return error;
	}
	r->interrupted = atomic_load(&l->interrupted);
	count_marks_see(&l->threads[0], r);
	r->whole = load_counts_between(&start.counts, &end.counts);
	r->flows_opened = l->config.flows + r->whole.renewed;
	load_see_trains(l, r);
	fill_window(l, &from, &to, r);
	see_peer(l, r);
	see_server(r, &start, &end, rest);
	settle_end(&settle, l, r);
	return 0;
}

void load_interrupt(struct load *l)
{
	atomic_store(&l->interrupted, true);
}
