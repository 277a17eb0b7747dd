/* SPDX-License-Identifier: MIT */
/*
 * How an open loop waits: it sleeps while the next departure is far, and asks
 * for replies over and over while it is near, since a sleep ends tens of
 * microseconds late. Private to load/.
 */
#pragma once

#include "load/loop/thread.h"

/* A departure so near is waited for awake. */
#define NEAR_NS 60000u
/* One that is behind looks for replies after so many datagrams. */
#define NEAR_UNHEARD 64

/* How long replies may be waited for, where something is to be sent in ns. */
static inline uint64_t near_wait_ns(const struct load_thread *t, uint64_t ns)
{
	if (t->config->spin || ns < NEAR_NS)
		return 0;
	ns -= NEAR_NS;
	return ns < ENGINE_IDLE_NS ? ns : ENGINE_IDLE_NS;
}

/* The same until at_ns. */
static inline uint64_t near_until_ns(
	const struct load_thread *t, uint64_t at_ns, uint64_t now_ns)
{
	return at_ns <= now_ns ? 0 : near_wait_ns(t, at_ns - now_ns);
}
