/* SPDX-License-Identifier: MIT */
/* Sets up and tears down a thread. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* Opens the thread's engine and adds its flows' sockets. t is zeroed except for
 * flows, flow_count, number, train and in_flight_max. 0 or -errno; call
 * thread_fini in either case. */
int thread_init(struct load_thread *t, struct load_shared *shared);

/* Legal on zeroed state. */
void thread_fini(struct load_thread *t);
