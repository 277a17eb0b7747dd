/* SPDX-License-Identifier: MIT */
/* A thread made ready, and taken down. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* t: zeroed, but for its flows, their number, its own and its train. Its engine
 * is opened with the flows' sockets in it. 0 or -errno; thread_fini in either
 * case. */
int thread_init(struct load_thread *t, struct load_shared *shared);

/* Legal on zeroed state. */
void thread_fini(struct load_thread *t);
