/* SPDX-License-Identifier: MIT */
/* A thread of the load generator, as its parts see it. Private to load/. */
#pragma once

#include "core/failures.h"
#include "load/engine/engine.h"
#include "load/loop/departures.h"
#include "load/loop/flow.h"
#include "load/loop/messages.h"
#include "load/loop/meter.h"
#include "load/loop/retired.h"
#include "load/loop/shared.h"
#include "load/traffic/rtt.h"

#include <pthread.h>

struct mode_ops;

struct load_thread {
	struct load_shared *shared;
	const struct load_config *config;
	const struct mode_ops *mode;
	struct engine engine;
	struct flow *flows;
	uint32_t flow_count;
	uint32_t number;
	uint32_t train;        /* 1 once trains were refused */
	enum load_phase phase; /* as this thread knows it */
	_Atomic bool rests;    /* it knows that nothing is sent any more */
	uint64_t now_ns;       /* read once a send or receive */
	uint32_t unheard; /* datagrams sent since replies were looked for */
	uint32_t sent;    /* datagrams of the last send */
	uint32_t heard;   /* datagrams that have come since */
	uint32_t idle;    /* receives in a row that brought nothing */
	uint32_t blocked; /* sends in a row of which nothing was taken */
	struct rtt rtt;   /* of all of its flows */
	uint64_t hold_ns; /* nothing is sent until then; 0: now is right */
	/* By the last send: datagrams that the kernel never will take, which
	 * were the next to leave. */
	uint32_t given_up;
	uint32_t turn; /* the flow that is next, where they take turns */
	/* LOAD_WINDOW. */
	uint64_t in_flight;     /* of all flows together */
	uint64_t in_flight_max; /* 0: no bound */
	uint64_t looked_ns;     /* when flows were looked at for lost replies */
	struct flow *asking, *asking_last; /* a list, by next_asking */

	struct probes probes;
	struct departures departures;
	struct churn churn;
	struct meter meter;
	pthread_t thread;
	bool started;
	int error;
	const char *failed_call; /* for which it was halted */
	struct failures receives, sends;
};

/* The flow may have room to send, and is to be asked. */
static inline void thread_ask(struct load_thread *t, struct flow *f)
{
	if (f->asks)
		return;
	f->asks = true;
	f->next_asking = NULL;
	if (t->asking)
		t->asking_last->next_asking = f;
	else
		t->asking = f;
	t->asking_last = f;
}

/* So many of a flow's datagrams are in flight no more. */
static inline void thread_landed(
	struct load_thread *t, struct flow *f, uint64_t n)
{
	t->in_flight -= n;
	if (f->heir)
		f->heir->before -= n;
}
