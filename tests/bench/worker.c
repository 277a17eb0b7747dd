/* SPDX-License-Identifier: MIT */
/* Benchmarks of a worker's turn over the mem backend: receive, count, handle,
 * guard, couple, send. The backend alone is the floor: it copies what
 * arrives. */
#include "bench.h"
#include "requests.h"

#include "server/worker.h"
#include "service/registry.h"

#include <errno.h>
#include <stdlib.h>

struct server {
	struct requests requests;
	struct mem_script script;
	struct counters counters;
	struct guard guard;
	struct worker worker;
	/* The floor. */
	struct backend backend;
	struct batch batch;
};

static void server_close(void *self)
{
	struct server *s = self;

	if (!s)
		return;
	worker_fini(&s->worker);
	backend_close(&s->backend);
	batch_fini(&s->batch);
	requests_fini(&s->requests);
	free(s);
}

static struct server *server_new(const struct bench_shape *shape, void **self)
{
	struct server *s = aligned_alloc(64, (sizeof(*s) + 63) / 64 * 64);

	*self = s;
	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	if (requests_init(&s->requests, shape))
		return NULL;
	s->script = (struct mem_script){
		.trains = s->requests.trains,
		.train_count = s->requests.count,
		.repeat = SIZE_MAX / s->requests.count,
	};
	return s;
}

static struct backend_config io_of(struct server *s)
{
	return (struct backend_config){
		.fd = -1,
		.family = AF_INET,
		.batch = s->requests.count,
		.counters = &s->counters,
		.script = &s->script,
	};
}

static int worker_open(const struct bench_shape *shape, void **self)
{
	struct server *s = server_new(shape, self);

	if (!s)
		return -ENOMEM;
	guard_init(&s->guard, NULL, 0);
	return worker_init(
		&s->worker, &(struct worker_config){
				    .backend = &backend_mem,
				    .service = service_find(shape->service),
				    .io = io_of(s),
				    .guard = &s->guard,
				    .cpu = -1,
				    .segments_max = TRAIN_RECEIVE_SEGMENTS,
			    });
}

/* worker_begin() takes one turn. */
static uint64_t worker_turns(void *self, uint64_t times)
{
	struct server *s = self;

	for (uint64_t i = 0; i < times; i++)
		if (worker_begin(&s->worker))
			abort();
	return times * s->requests.datagrams;
}

static int backend_alone_open(const struct bench_shape *shape, void **self)
{
	struct server *s = server_new(shape, self);
	struct backend_config io;
	int error;

	if (!s)
		return -ENOMEM;
	io = io_of(s);
	error = batch_init(&s->batch, s->requests.count);
	return error ? error : backend_open(&s->backend, &backend_mem, &io);
}

static uint64_t backend_alone_run(void *self, uint64_t times)
{
	struct server *s = self;

	for (uint64_t i = 0; i < times; i++)
		if (backend_mem.recv(s->backend.self, &s->batch, 0) <= 0 ||
			backend_mem.send(s->backend.self, &s->batch))
			abort();
	return times * s->requests.datagrams;
}

const struct bench_kind bench_worker = {
	worker_open, worker_turns, server_close};
const struct bench_kind bench_backend = {
	backend_alone_open, backend_alone_run, server_close};
