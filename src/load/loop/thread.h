/* SPDX-License-Identifier: MIT */
/* A thread of the load generator, as its parts see it. Private to load/. */
#pragma once

#include "core/failures.h"
#include "core/spin.h"
#include "load/engine/engine.h"
#include "load/loop/count_windows.h"
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
	struct engine_copies copies; /* counted so far */
	struct engine_losses losses; /* likewise */
	struct flow *flows;
	uint32_t flow_count;
	uint32_t number;
	uint32_t train; /* segments per send; 1 after trains were refused */
	enum load_phase phase; /* as this thread knows it */
	_Atomic bool rests;    /* it will not send any more */
	uint64_t now_ns;       /* read once per send or receive */
	uint32_t unheard; /* datagrams sent since replies were looked for */
	/* Datagrams sent for which replies are yet to be looked for: fewer for
	 * each datagram that comes, and none once nothing came. */
	uint64_t owed;
	bool unfinished; /* the last turn ended at its limit */
	uint32_t idle;   /* receives in a row that brought nothing */
	struct spin spin;
	uint32_t blocked; /* consecutive sends of which nothing was taken */
	struct rtt rtt;   /* of all of its flows */
	uint64_t hold_ns; /* no sends until then; 0: no pause */
	/* Set by each send: datagrams at its start that can never be sent. */
	uint32_t given_up;
	uint32_t turn; /* the next flow in modes that take flows in turn */
	/* LOAD_WINDOW. */
	uint64_t in_flight;     /* of all flows together */
	uint64_t in_flight_max; /* 0: no bound */
	uint64_t looked_ns; /* when flows were last checked for lost replies */
	/* List of flows that may have room, by next_asking. */
	struct flow *asking, *asking_last;

	struct probes probes;
	struct departures departures;
	struct churn churn;
	struct count_windows windows;
	struct meter meter;
	pthread_t thread;
	bool started;
	int error;
	/* The call for which it was halted; NULL: none. */
	const char *failed_call;
	struct failures receives, sends;
};

/* Enlists a flow that may have room to send. */
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

/* Counts n of a flow's datagrams as no longer in flight. */
static inline void thread_landed(
	struct load_thread *t, struct flow *f, uint64_t n)
{
	t->in_flight -= n;
	if (!f->heir || n == 0)
		return;
	f->heir->before -= n;
	thread_ask(t, f->heir);
}
