/* SPDX-License-Identifier: MIT */
/* Benchmarks of a turn of the generator over the mem engine: write probes,
 * send; and in a window, receive and check replies, and note their round trips.
 * The engine alone is the floor: it copies what comes back. */
#include "bench.h"

#include "core/clock.h"
#include "load/engine/mem.h"
#include "load/loop/churn.h"
#include "load/loop/generator.h"
#include "load/loop/mode.h"
#include "load/loop/turn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

/* Messages of a send, as many as the generator makes. */
#define FLOOD_LONE  ENGINE_MESSAGES
#define FLOOD_TRAIN PROBES_TRAINS
/* Messages in flight of a flow: no more than one receive takes. */
#define WINDOW_LONE  ENGINE_ARRIVALS
#define WINDOW_TRAIN PROBES_TRAINS

struct generator {
	struct bench_shape shape;
	struct mem_script script;
	struct load *load;
	struct load_thread *thread;
	/* The floor. */
	struct engine engine;
	void *link;
};

static void generator_close(void *self)
{
	struct generator *g = self;

	if (!g)
		return;
	if (g->load)
		load_close(g->load);
	engine_close(&g->engine);
	free(g);
}

static uint32_t window_of(const struct bench_shape *shape)
{
	return shape->segments > 1 ? WINDOW_TRAIN : WINDOW_LONE;
}

static uint32_t flood_of(const struct bench_shape *shape)
{
	return shape->segments > 1 ? FLOOD_TRAIN : FLOOD_LONE;
}

static struct load_config config_of(struct generator *g, enum load_mode mode)
{
	struct load_config c = {
		.engine = &engine_mem,
		.engine_script = &g->script,
		/* Sockets are made and connected, but carry nothing. */
		.socket.remote.in = {.sin_family = AF_INET,
			.sin_port = htons(9),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.mode = mode,
		.flows = g->shape.peers,
		.threads = 1,
		.train = g->shape.segments,
		.window = g->shape.segments * window_of(&g->shape),
		.run = 7,
		.replies = mode == LOAD_FLOOD ? REPLIES_NONE : REPLIES_PROBES,
		.time_ns = UINT64_MAX / 4,
		.interval_ns = UINT64_MAX / 4,
	};

	sizes_fixed(&c.sizes, BENCH_BYTES);
	return c;
}

static struct generator *generator_new(
	const struct bench_shape *shape, bool echo, void **self)
{
	struct generator *g = calloc(1, sizeof(*g));

	*self = g;
	if (!g)
		return NULL;
	g->shape = *shape;
	g->script.echo = echo;
	return g;
}

static int generator_open(
	const struct bench_shape *shape, enum load_mode mode, void **self)
{
	struct generator *g = generator_new(shape, mode == LOAD_WINDOW, self);
	const struct load_hooks hooks = {0};
	struct load_config config;
	struct load_thread *t;
	char why[256];
	int error;

	if (!g)
		return -ENOMEM;
	config = config_of(g, mode);
	error = load_open(&g->load, &config, &hooks, why, sizeof(why));
	if (error)
		return error;
	t = g->thread = &g->load->threads[0];
	t->now_ns = g->load->shared.start_ns = clock_ns();
	meter_begin(&t->meter);
	t->phase = PHASE_WINDOW;
	churn_begin(t);
	t->mode->begin(t);
	return 0;
}

static int flood_open(const struct bench_shape *shape, void **self)
{
	return generator_open(shape, LOAD_FLOOD, self);
}

static int window_open(const struct bench_shape *shape, void **self)
{
	return generator_open(shape, LOAD_WINDOW, self);
}

static uint64_t generator_run(void *self, uint64_t times)
{
	struct generator *g = self;
	uint64_t before = g->script.messages;

	for (uint64_t i = 0; i < times; i++)
		turn_once(g->thread);
	if (g->script.dropped || g->thread->error)
		abort();
	return (g->script.messages - before) * g->shape.segments;
}

static int engine_alone_open(
	const struct bench_shape *shape, bool echo, void **self)
{
	struct generator *g = generator_new(shape, echo, self);
	struct engine_config config;
	int error;

	if (!g)
		return -ENOMEM;
	config = (struct engine_config){
		.sockets = 1,
		.slot_bytes = (size_t)shape->segments * BENCH_BYTES,
		.script = &g->script,
	};
	error = engine_open(&g->engine, &engine_mem, &config);
	if (error)
		return error;
	return engine_mem.add(g->engine.self, -1, g, &g->link);
}

static int engine_send_open(const struct bench_shape *shape, void **self)
{
	return engine_alone_open(shape, false, self);
}

static int engine_echo_open(const struct bench_shape *shape, void **self)
{
	return engine_alone_open(shape, true, self);
}

/* Sends n messages, as a turn does. */
static void send_all(struct generator *g, uint32_t n)
{
	struct engine_message messages[ENGINE_MESSAGES];
	uint32_t lent = engine_mem.lend(g->engine.self, messages, n);

	for (uint32_t i = 0; i < lent; i++) {
		messages[i].link = g->link;
		messages[i].bytes = g->shape.segments * BENCH_BYTES;
		messages[i].segments = (uint16_t)g->shape.segments;
		messages[i].segment_bytes = 0;
		messages[i].leave_ns = 0;
	}
	if (lent != n || engine_mem.send(g->engine.self, messages, n) != (int)n)
		abort();
}

static uint64_t engine_alone_run(void *self, uint64_t times)
{
	struct generator *g = self;
	uint64_t before = g->script.messages;
	bool echo = g->script.echo;
	uint32_t n = echo ? window_of(&g->shape) : flood_of(&g->shape);
	struct engine_arrivals in;

	for (uint64_t i = 0; i < times; i++) {
		send_all(g, n);
		if (!echo)
			continue;
		if (engine_mem.recv(g->engine.self, &in, 0) != (int)n)
			abort();
		bench_keep(&in);
	}
	return (g->script.messages - before) * g->shape.segments;
}

const struct bench_kind bench_engine_send = {
	engine_send_open, engine_alone_run, generator_close};
const struct bench_kind bench_engine_echo = {
	engine_echo_open, engine_alone_run, generator_close};
const struct bench_kind bench_flood = {
	flood_open, generator_run, generator_close};
const struct bench_kind bench_window = {
	window_open, generator_run, generator_close};
