/* SPDX-License-Identifier: MIT */
/*
 * Flows with a limited lifetime (--flow-lifetime). Spread evenly over that
 * lifetime, a thread's flows are replaced one after another, each by a new flow
 * with a socket and a number of its own. The old flow is retired: it sends
 * nothing more, but still receives, until everything it sent was answered, or
 * nothing has come for half a second plus the shortest round trip. Its socket's
 * drops stay counted.
 *
 * The clock is looked at once per turn of the thread, never per datagram.
 * Private to load/.
 */
#pragma once

#include "load/loop/thread.h"

/* How long a retired flow waits for replies, in addition to a round trip. */
#define CHURN_REST_NS 500000000u
/* How often retired flows are checked. */
#define CHURN_LOOK_NS 50000000u

/* How many flows of a thread that has flows of them may be retired at once. */
uint64_t churn_room(const struct load_config *c, uint32_t flows);

/* 0 or -errno. Call churn_fini() in either case, before the engine is
 * closed. */
int churn_init(struct load_thread *t);
void churn_fini(struct load_thread *t);

/* Begins a run, at t->now_ns. */
void churn_begin(struct load_thread *t);

/* Does what is due at t->now_ns: renews flows and closes retired ones. */
void churn_step(struct load_thread *t);

/* Call when replies of a retired flow have been received: closes it if it is
 * done. Returns the flow that replaced it. */
struct flow *churn_heard(struct load_thread *t, struct flow *f);

/* Adds the jitter of retired flows that are still open. Only while the thread
 * does not run. */
void churn_jitter(const struct load_thread *t, struct load_jitter *sum);

/* Skbs dropped by the sockets of retired flows, including closed ones. Only
 * while the thread does not run. */
uint64_t churn_drops(const struct load_thread *t);
