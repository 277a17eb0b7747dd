/* SPDX-License-Identifier: MIT */
/* Orders for an engine that numbers probes itself. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* Does the thread's engine do so? */
static inline bool launch_does(const struct load_thread *t)
{
	return t->engine.ops->can & ENGINE_NUMBERS;
}

/* Tells the engine the thread's flows, once they are added. 0 or -errno. */
int launch_begin(struct load_thread *t);

/* Sends up to room datagrams, over all flows in turn, and counts them. Returns
 * how many were sent; those that the device dropped are among them. */
uint32_t launch_order(
	struct load_thread *t, const struct order *order, uint32_t room);
