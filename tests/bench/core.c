/* SPDX-License-Identifier: MIT */
/* Benchmarks of core, and of the arithmetic that the generator does for each
 * reply. */
#include "bench.h"

#include "core/counters.h"
#include "core/histogram.h"
#include "core/probe.h"
#include "load/traffic/verify.h"

#include <errno.h>
#include <stdlib.h>

static int empty_open(const struct bench_shape *shape, void **self)
{
	(void)shape;
	*self = NULL;
	return 0;
}

static uint64_t empty_run(void *self, uint64_t times)
{
	for (uint64_t i = 0; i < times; i++)
		bench_keep(self);
	return times;
}

const struct bench_kind bench_empty = {.open = empty_open, .run = empty_run};

struct probes {
	uint64_t sequence;
	uint32_t count, bad;
	uint8_t data[];
};

static int probes_open(const struct bench_shape *shape, void **self)
{
	struct probes *p;

	p = calloc(1, sizeof(*p) + (size_t)shape->segments * BENCH_BYTES);
	*self = p;
	if (!p)
		return -ENOMEM;
	p->count = shape->segments;
	for (uint32_t i = 0; i < p->count; i++)
		probe_write(p->data + (size_t)i * BENCH_BYTES, BENCH_BYTES,
			&(struct probe){PROBE_REPLY, 1, 1, i, 1});
	return 0;
}

static uint64_t write_run(void *self, uint64_t times)
{
	struct probes *p = self;
	struct probe probe = {PROBE_REQUEST, 1, 2, p->sequence, 3};

	for (uint64_t i = 0; i < times; i++) {
		for (uint32_t k = 0; k < p->count; k++) {
			probe_write(p->data + (size_t)k * BENCH_BYTES,
				BENCH_BYTES, &probe);
			probe.sequence++;
		}
		bench_keep(p->data);
	}
	p->sequence = probe.sequence;
	return times * p->count;
}

static uint64_t check_run(void *self, uint64_t times)
{
	struct probes *p = self;
	struct probe probe;

	for (uint64_t i = 0; i < times; i++) {
		for (uint32_t k = 0; k < p->count; k++)
			p->bad += !probe_read(p->data + (size_t)k * BENCH_BYTES,
				BENCH_BYTES, &probe);
		bench_keep(p);
	}
	/* A benchmark of refusals would be another one. */
	if (p->bad)
		abort();
	return times * p->count;
}

const struct bench_kind bench_probe_write = {probes_open, write_run, free};
const struct bench_kind bench_probe_check = {probes_open, check_run, free};

static int verify_open(const struct bench_shape *shape, void **self)
{
	(void)shape;
	*self = calloc(1, sizeof(struct verify));
	return *self ? 0 : -ENOMEM;
}

static uint64_t verify_run(void *self, uint64_t times)
{
	struct verify *v = self;

	for (uint64_t i = 0; i < times; i++) {
		if (verify_note(v, v->next, UINT64_MAX) != VERIFY_FIRST)
			abort();
		bench_keep(v);
	}
	return times;
}

const struct bench_kind bench_verify = {verify_open, verify_run, free};

static int histogram_open(const struct bench_shape *shape, void **self)
{
	(void)shape;
	*self = malloc(sizeof(struct histogram));
	if (!*self)
		return -ENOMEM;
	histogram_init(*self);
	return 0;
}

/* Round trips of 20 to 120 us, so that not one step is written all the time. */
static uint64_t histogram_run(void *self, uint64_t times)
{
	for (uint64_t i = 0; i < times; i++)
		histogram_record(self, 20000 + i * 7919 % 100000, 1);
	return times;
}

const struct bench_kind bench_histogram_record = {
	histogram_open, histogram_run, free};

static int counters_open(const struct bench_shape *shape, void **self)
{
	(void)shape;
	*self = aligned_alloc(64, sizeof(struct counters));
	if (!*self)
		return -ENOMEM;
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++)
		counter_set(*self, i, 0);
	return 0;
}

static uint64_t counters_run(void *self, uint64_t times)
{
	for (uint64_t i = 0; i < times; i++) {
		counter_add(self, COUNTER_RX_DATAGRAMS, 1);
		bench_keep(self);
	}
	return times;
}

const struct bench_kind bench_counter_add = {counters_open, counters_run, free};
