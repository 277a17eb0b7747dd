/* SPDX-License-Identifier: MIT */
/*
 * Flows that do not live as long as the run: one after another, evenly over
 * their lifetime, a thread's flows are replaced, each by a new flow with a
 * socket and a number of its own. The old one is retired: nothing is sent over
 * it any more, and what comes is taken, until all that it sent was answered, or
 * nothing has come for half a second longer than the shortest round trip. What
 * its socket has dropped is kept.
 *
 * Whatever looks at a clock here is a thread's turn, and not a datagram's.
 * Private to load/.
 */
#pragma once

#include "load/loop/thread.h"

/* A retired flow is given so long for its replies, and a round trip, ... */
#define CHURN_REST_NS 500000000u
/* ... which is looked at so often. */
#define CHURN_LOOK_NS 50000000u

/* So many may be retired at once, of flows of a thread. */
uint64_t churn_room(const struct load_config *c, uint32_t flows);

/* 0 or -errno. churn_fini() in either case, before the engine is closed. */
int churn_init(struct load_thread *t);
void churn_fini(struct load_thread *t);

/* A run begins, at t->now_ns. */
void churn_begin(struct load_thread *t);

/* What is due at t->now_ns: flows are renewed, and retired ones closed. */
void churn_step(struct load_thread *t);

/* Something has come for a retired flow, and was taken: the flow that has its
 * place. A retired one that is done is closed. */
struct flow *churn_heard(struct load_thread *t, struct flow *f);

/* Of retired flows that are still heard. When the thread does not run. */
void churn_jitter(const struct load_thread *t, struct load_jitter *sum);

/* Skbs that sockets of retired flows have dropped, closed ones' too. When the
 * thread does not run. */
uint64_t churn_drops(const struct load_thread *t);
