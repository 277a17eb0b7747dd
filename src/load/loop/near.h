/* SPDX-License-Identifier: MIT */
/*
 * How an open loop waits for a departure: it sleeps while that is far away, and
 * busy-polls for replies when it is near, since a sleep ends tens of
 * microseconds late. Private to load/.
 */
#pragma once

#include "load/loop/thread.h"

/* Within this time of a departure the thread stays awake. */
#define NEAR_NS 60000u
/* A thread that is behind its plan looks for replies after this many
 * datagrams. */
#define NEAR_UNHEARD 64

/* How long the thread may wait for replies if it has to send in ns. */
static inline uint64_t near_wait_ns(const struct load_thread *t, uint64_t ns)
{
	if (t->config->spin_ns == SPIN_ALWAYS || ns < NEAR_NS)
		return 0;
	ns -= NEAR_NS;
	/* In less than ENGINE_IDLE_NS it comes back in time. */
	return ns < ENGINE_IDLE_NS ? ns : ENGINE_IDLE_NS - 1;
}

/* The same for a departure at at_ns. */
static inline uint64_t near_until_ns(
	const struct load_thread *t, uint64_t at_ns, uint64_t now_ns)
{
	return at_ns <= now_ns ? 0 : near_wait_ns(t, at_ns - now_ns);
}
