/* SPDX-License-Identifier: MIT */
#include "server/server.h"

#include "server/endpoint.h"
#include "server/server_state.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The segment is checked once a second. */
#define TICKS_PER_LOOK (1000 / SERVER_TICK_MS)

static void set_phase(struct seat *seat, enum phase phase)
{
	struct server *s = seat->server;

	pthread_mutex_lock(&s->lock);
	atomic_store(&seat->phase, phase);
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

static void *run_seat(void *arg)
{
	struct seat *seat = arg;
	struct worker *w = &seat->worker;

	w->error = worker_init(w, &seat->config);
	if (!w->error && seat->server->config.settle) {
		w->error = seat->server->config.settle();
		if (w->error) {
			w->failed_call = "capset or prctl";
			worker_fini(w);
		}
	}
	if (!w->error)
		w->error = worker_begin(w);
	if (w->error) {
		set_phase(seat, PHASE_ENDED);
		return NULL;
	}
	set_phase(seat, PHASE_RUNNING);
	w->error = worker_run(w);
	worker_fini(w);
	set_phase(seat, PHASE_ENDED);
	return NULL;
}

static void stop_all(void *arg)
{
	server_order(arg, ORDER_STOP);
}

static struct worker *worker_that_runs(void *arg, uint32_t index)
{
	struct server *s = arg;
	struct seat *seat = &s->seats[index];

	return atomic_load(&seat->phase) == PHASE_ENDED ? NULL : &seat->worker;
}

static int allocate(struct server *s, const struct server_config *config)
{
	uint64_t n = (uint64_t)config->listen_count * config->workers;

	s->config = *config;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->endpoints = calloc(config->listen_count, sizeof(*s->endpoints));
	s->seats = lines_alloc(n, sizeof(*s->seats));
	s->bound = calloc(config->listen_count, sizeof(*s->bound));
	s->shares = calloc(config->listen_count, sizeof(*s->shares));
	s->counters = calloc(n, sizeof(*s->counters));
	if (!s->endpoints || !s->seats || !s->bound || !s->shares ||
		!s->counters)
		return -ENOMEM;
	s->seat_count = (uint32_t)n;
	for (uint32_t i = 0; i < n; i++)
		s->seats[i].fd = -1;
	return 0;
}

/* The CPU of a worker, or -1. */
static int cpu_of(const struct server_config *c, uint32_t index)
{
	return c->cpus ? c->cpus->cpu[index % c->cpus->count] : -1;
}

static int open_endpoint(
	struct server *s, uint32_t index, char *why, size_t why_bytes)
{
	const struct server_config *c = &s->config;
	uint32_t first = index * c->workers;
	struct endpoint e = {
		.fds = calloc(c->workers, sizeof(*e.fds)),
		.cpus = calloc(c->workers, sizeof(*e.cpus)),
		.got = &s->endpoints[index],
	};
	int error = -ENOMEM;

	for (uint32_t i = 0; e.cpus && c->cpus && i < c->workers; i++)
		e.cpus[i] = (unsigned short)cpu_of(c, first + i);
	if (e.fds && e.cpus)
		error = endpoint_open(&e, c, index, why, why_bytes);
	for (uint32_t i = 0; !error && i < c->workers; i++)
		s->seats[first + i].fd = e.fds[i];
	s->bound[index] = s->endpoints[index].bound;
	s->shares[index] = e.share;
	s->steered_by = e.steered_by;
	free(e.fds);
	free(e.cpus);
	return error;
}

int server_open(struct server **out, const struct server_config *config,
	char *why, size_t why_bytes)
{
	struct server *s = lines_alloc(1, sizeof(*s));
	int error = s ? allocate(s, config) : -ENOMEM;

	if (error)
		snprintf(why, why_bytes, "no memory for %u workers",
			config->workers);
	for (uint32_t i = 0; !error && i < config->listen_count; i++)
		error = open_endpoint(s, i, why, why_bytes);
	if (error) {
		server_close(s);
		return error;
	}
	budget_init(&s->budget, config->count, s->seat_count);
	*out = s;
	return 0;
}

static uint32_t segments_max(const struct server_config *c)
{
	if (!c->trains)
		return 1;
	return c->segments_max ? c->segments_max : TRAIN_SEND_SEGMENTS;
}

static void configure_seat(struct server *s, uint32_t index)
{
	const struct server_config *c = &s->config;
	const struct socket_obtained *got = &s->endpoints[index / c->workers];
	struct seat *seat = &s->seats[index];
	struct counters *counters = writer_worker(s->publication.writer, index);

	seat->server = s;
	seat->connecting =
		endpoint_connecting(c, index / c->workers, &got->bound);
	seat->config = (struct worker_config){
		.backend = c->backend,
		.service = c->service,
		.guard = &s->guard,
		.consent = c->key ? &s->consent : NULL,
		.bound = got->bound,
		.number = index,
		.cpu = cpu_of(c, index),
		.segments_max = segments_max(c),
		.marks = c->marks,
		.burn_ns = c->burn_ns,
		.burn_rounds = c->burn_rounds,
		.spin_ns = c->spin_ns,
		.observe = c->observe,
		.observe_arg = c->observe_arg,
		.budget = c->count ? &s->budget : NULL,
		.spent = stop_all,
		.spent_arg = s,
		.move = publication_move,
		.move_arg = &s->publication,
	};
	seat->config.io = endpoint_io(c, got);
	seat->config.io.fd = seat->fd;
	seat->config.io.counters = counters;
	seat->config.io.share = s->shares[index / c->workers];
	seat->config.io.worker = index % c->workers;
	seat->config.io.connecting = &seat->connecting;
	counter_set(counters, COUNTER_SOCKET_RCVBUF, got->rcvbuf);
	counter_set(counters, COUNTER_SOCKET_SNDBUF, got->sndbuf);
	counter_set(counters, COUNTER_SOCKET_GRO, got->gro);
	counter_set(counters, COUNTER_SOCKET_SEGMENTS, segments_max(c));
}

static int open_segment(
	struct server *s, const char *config_json, char *why, size_t why_bytes)
{
	const struct server_config *c = &s->config;
	struct writer_config wc = {
		.path = c->counters,
		.version = UDPMILL_VERSION,
		.service = c->service->name,
		.backend = c->backend->name,
		.config = config_json,
		.endpoints = s->bound,
		.endpoint_count = c->listen_count,
		.workers = s->seat_count,
	};

	s->publication = (struct publication){
		.workers = s->seat_count,
		.worker = worker_that_runs,
		.worker_arg = s,
		.notice = c->notice,
		.notice_arg = c->notice_arg,
	};
	return publication_open(&s->publication, &wc, why, why_bytes);
}

/* Waits until no worker is starting any more. Returns the first failure. */
static int await_start(struct server *s, char *why, size_t why_bytes)
{
	pthread_mutex_lock(&s->lock);
	for (uint32_t i = 0; i < s->seat_count; i++)
		while (atomic_load(&s->seats[i].phase) == PHASE_STARTING)
			pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return server_error(s, why, why_bytes);
}

static int start_threads(struct server *s, char *why, size_t why_bytes)
{
	for (uint32_t i = 0; i < s->seat_count; i++) {
		struct seat *seat = &s->seats[i];
		int error;

		configure_seat(s, i);
		error = pthread_create(&seat->thread, NULL, run_seat, seat);
		if (error) {
			snprintf(why, why_bytes, "cannot start worker %u: %s",
				i, strerror(error));
			return -error;
		}
		seat->started = true;
	}
	return await_start(s, why, why_bytes);
}

static int open_consent(struct server *s, char *why, size_t why_bytes)
{
	const struct server_config *c = &s->config;
	int error = 0;

	s->consent = (struct consent_config){
		.key = c->key,
		.workers = s->counters,
		.worker_count = s->seat_count,
		.version = UDPMILL_VERSION,
		.service = c->service->name,
		.backend = c->backend->name,
		.known_as = c->known_as,
		.known_as_count = c->known_as_count,
	};
	for (uint32_t i = 0; i < s->seat_count; i++)
		s->counters[i] = writer_worker(s->publication.writer, i);
	if (getrandom(&s->consent.server, sizeof(s->consent.server), 0) < 0) {
		error = -errno;
		snprintf(why, why_bytes, "getrandom: %s", strerror(errno));
	}
	return error;
}

int server_start(
	struct server *s, const char *config_json, char *why, size_t why_bytes)
{
	int error = open_segment(s, config_json, why, why_bytes);

	guard_init(&s->guard, s->config.allow, s->config.allow_count);
	if (!error && s->config.key)
		error = open_consent(s, why, why_bytes);
	if (!error)
		error = start_threads(s, why, why_bytes);
	if (!error)
		writer_ready(s->publication.writer);
	return error;
}

void server_tick(struct server *s)
{
	server_order(s, ORDER_PUBLISH);
	publication_tick(&s->publication, TICKS_PER_LOOK);
}

void server_order(struct server *s, enum worker_order order)
{
	for (uint32_t i = 0; i < s->seat_count; i++)
		worker_order(&s->seats[i].worker, order);
}

void server_close(struct server *s)
{
	if (!s)
		return;
	server_order(s, ORDER_STOP);
	for (uint32_t i = 0; i < s->seat_count; i++)
		if (s->seats[i].started)
			pthread_join(s->seats[i].thread, NULL);
	for (uint32_t i = 0; s->shares && i < s->config.listen_count; i++)
		if (s->shares[i])
			s->config.backend->unshare(s->shares[i]);
	for (uint32_t i = 0; i < s->seat_count; i++)
		if (s->seats[i].fd >= 0)
			close(s->seats[i].fd);
	publication_close(&s->publication);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s->seats);
	free(s->counters);
	free(s->bound);
	free(s->shares);
	free(s->endpoints);
	free(s);
}
