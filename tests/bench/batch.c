/* SPDX-License-Identifier: MIT */
/* Benchmarks of what is done to a batch: services, and coupling. Services write
 * replies over requests, so the batch is made anew before each. */
#include "bench.h"
#include "requests.h"

#include "core/clock.h"
#include "core/couple.h"
#include "service/registry.h"

#include <errno.h>
#include <stdlib.h>

struct prepared {
	struct requests requests;
	struct batch batch;
	struct service service;
	uint8_t *data; /* of the batch; requests stay as they are */
};

static void prepared_close(void *self)
{
	struct prepared *p = self;

	if (!p)
		return;
	service_close(&p->service);
	batch_fini(&p->batch);
	requests_fini(&p->requests);
	free(p->data);
	free(p);
}

static int prepared_open(const struct bench_shape *shape, void **self)
{
	const struct service_config config = {0};
	const char *service = shape->service ? shape->service : "echo";
	struct prepared *p = calloc(1, sizeof(*p));
	int error;

	*self = p;
	if (!p)
		return -ENOMEM;
	error = requests_init(&p->requests, shape);
	if (error)
		return error;
	p->data = malloc((size_t)shape->trains * TRAIN_ROOM);
	if (!p->data)
		return -ENOMEM;
	error = batch_init(&p->batch, shape->trains);
	if (error)
		return error;
	return service_open(&p->service, service_find(service), &config);
}

/* As if it had just arrived, and an echo had answered it. */
static void prepare(struct prepared *p)
{
	struct batch *b = &p->batch;

	b->count = p->requests.count;
	b->message_count = b->piece_count = 0;
	for (uint32_t i = 0; i < b->count; i++) {
		struct train *t = &b->trains[i];
		const struct mem_train *from = &p->requests.trains[i];

		*t = (struct train){
			.data = p->data + (size_t)i * TRAIN_ROOM,
			.peer = &from->peer,
			.verdict = VERDICT_ANSWER,
			.ttl = 64,
		};
		memcpy(t->data, from->data, from->bytes);
		train_shape(t, from->bytes, from->segment_bytes);
		t->reply_bytes = t->bytes;
		t->reply_segment_bytes = t->segment_bytes;
		t->reply_segments = t->segments;
	}
	bench_keep(b);
}

static uint64_t prepare_run(void *self, uint64_t times)
{
	struct prepared *p = self;

	for (uint64_t i = 0; i < times; i++)
		prepare(p);
	return times * p->requests.datagrams;
}

static uint64_t couple_run(void *self, uint64_t times)
{
	struct prepared *p = self;

	for (uint64_t i = 0; i < times; i++) {
		prepare(p);
		if (couple(&p->batch, TRAIN_RECEIVE_SEGMENTS))
			abort();
		bench_keep(&p->batch);
	}
	return times * p->requests.datagrams;
}

static uint64_t service_run(void *self, uint64_t times)
{
	struct prepared *p = self;

	p->batch.received_ns = clock_ns();
	for (uint64_t i = 0; i < times; i++) {
		prepare(p);
		p->service.ops->handle(p->service.self, &p->batch);
		bench_keep(&p->batch);
	}
	return times * p->requests.datagrams;
}

const struct bench_kind bench_prepare = {
	prepared_open, prepare_run, prepared_close};
const struct bench_kind bench_couple = {
	prepared_open, couple_run, prepared_close};
const struct bench_kind bench_service = {
	prepared_open, service_run, prepared_close};
