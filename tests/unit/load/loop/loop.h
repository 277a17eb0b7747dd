/* SPDX-License-Identifier: MIT */
/*
 * A thread of the generator over the mem engine. The test makes it take turns,
 * sees what it sends, and answers. Its sockets are real, but nothing is sent
 * over them.
 */
#pragma once

#include "core/clock.h"
#include "load/engine/mem.h"
#include "load/loop/churn.h"
#include "load/loop/generator.h"
#include "load/loop/mode.h"
#include "load/loop/turn.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MS         1000000u
#define LOOP_BYTES 64
#define LOOP_SENT  4096

struct loop_sent {
	void *link;
	uint8_t *data;
	const uint8_t *from; /* where the engine was told to take it from */
	uint32_t bytes, segments, segment_bytes;
	uint64_t leave_ns;
};

static struct load_config config;
static struct mem_script script;
static struct load *load;
static struct load_thread *t;
static struct loop_sent sent[LOOP_SENT];
static uint32_t sent_count;
static int refusal;         /* errno of each send; 0: taken */
static const void *refused; /* of this link alone; NULL: of any */
static char noticed[256];
static unsigned notices;

static inline int loop_sent(void *arg, const struct engine_message *m)
{
	struct loop_sent *s = &sent[sent_count % LOOP_SENT];

	(void)arg;
	if (refusal && (!refused || refused == m->link))
		return refusal;
	free(s->data);
	*s = (struct loop_sent){m->link, malloc(m->bytes + 1), m->data,
		m->bytes, m->segments, m->segment_bytes, m->leave_ns};
	memcpy(s->data, m->data, m->bytes);
	sent_count++;
	return 0;
}

static inline void loop_notice(void *arg, const char *text)
{
	(void)arg;
	snprintf(noticed, sizeof(noticed), "%s", text);
	notices++;
}

static inline void loop_init(void)
{
	script = (struct mem_script){.sent = loop_sent};
	config = (struct load_config){
		.engine = &engine_mem,
		.engine_script = &script,
		.socket.remote.in = {.sin_family = AF_INET,
			.sin_port = htons(9),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.mode = LOAD_WINDOW,
		.flows = 1,
		.threads = 1,
		.train = 1,
		.window = 4,
		.run = 7,
		.time_ns = 1000 * (uint64_t)MS,
		.interval_ns = 1000 * (uint64_t)MS,
	};
	sizes_fixed(&config.sizes, LOOP_BYTES);
}

static inline void loop_open(void)
{
	const struct load_hooks hooks = {.notice = loop_notice};
	char why[256];

	cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) == 0,
		"%s", why);
	t = &load->threads[0];
}

/* As at the start of a run that began behind_ns ago; nothing is sent. */
static inline void loop_begin(uint64_t behind_ns)
{
	loop_open();
	t->now_ns = clock_ns();
	load->shared.start_ns = t->now_ns - behind_ns;
	meter_begin(&t->meter);
	t->phase = PHASE_WINDOW;
	churn_begin(t);
	t->mode->begin(t);
}

static inline void loop_fini(void)
{
	load_close(load);
	for (uint32_t i = 0; i < LOOP_SENT; i++)
		free(sent[i].data);
}

/* The n-th of what was sent comes back. */
static inline void loop_answer(uint32_t n)
{
	const struct loop_sent *s = &sent[n];

	mem_arrive(&t->engine, s->link, s->data, s->bytes,
		s->segments > 1 ? s->bytes / s->segments : 0);
}

static inline struct load_counts loop_counts(void)
{
	struct load_counts c = {0};

	meter_sum(&t->meter, &c);
	return c;
}

/* How many of what was sent went over a flow. */
static inline uint32_t loop_sent_by(const struct flow *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < sent_count; i++)
		n += sent[i].link == f->link;
	return n;
}
