/* SPDX-License-Identifier: MIT */
/*
 * The contract of a mode: it decides when which flow may send how much. The
 * loop does the rest: it receives and checks replies, asks the mode for orders,
 * writes the messages and sends them. A mode is a file with a const table,
 * which modes.h declares and registry.c lists. Private to load/.
 *
 * All functions are called by the thread itself, until the run comes to rest.
 */
#pragma once

#include "load/loop/thread.h"

/* Returned by wait_ns() to skip the receive of this turn. */
#define MODE_NO_RECEIVE UINT64_MAX

struct mode_ops {
	/* As many datagrams are received as were sent before more are sent, or
	 * replies that come over many sockets pile up in them. */
	bool hears_first;

	/* Begins the thread's part of a run. */
	void (*begin)(struct load_thread *t);

	/* How long the thread may wait for replies before it has to send, in
	 * nanoseconds; 0: it receives without waiting. */
	uint64_t (*wait_ns)(struct load_thread *t);

	/* Fills in the next order as of t->now_ns; false: nothing to send now.
	 * heard: the flow that got replies in this turn, or NULL; always NULL
	 * from the second call of a turn on. */
	bool (*grant)(
		struct load_thread *t, struct flow *heard, struct order *order);

	/* Told after each order: n datagrams of it were sent, and t->given_up
	 * never will be. True: grant may be called again in this turn. */
	bool (*sent)(
		struct load_thread *t, const struct order *order, uint32_t n);

	/* Called when nothing will be sent any more. NULL: nothing to do. */
	void (*end)(struct load_thread *t);
};
