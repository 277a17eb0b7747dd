/* SPDX-License-Identifier: MIT */
/*
 * The contract of a mode: when which flow may send how much. The loop does the
 * rest: it receives and checks, asks the mode for orders, writes and sends
 * them. A mode is a file with a const table, and a line in modes.c. Private to
 * load/.
 *
 * All of it is called by the thread itself, while something may be sent.
 */
#pragma once

#include "load/loop/thread.h"

/* What wait_ns() says where replies are not to be looked for at all. */
#define MODE_NO_RECEIVE UINT64_MAX

struct mode_ops {
	/* The thread's part of a run begins. */
	void (*begin)(struct load_thread *t);

	/* How long replies may be waited for before something is to be sent;
	 * 0: they are looked for, and not waited for. */
	uint64_t (*wait_ns)(struct load_thread *t);

	/* The next order, by t->now_ns; false: nothing is to be sent now.
	 * heard: a flow that replies have come for, and NULL from the second
	 * call of a turn on. */
	bool (*grant)(
		struct load_thread *t, struct flow *heard, struct order *order);

	/* Of the order so many datagrams were sent, and t->given_up never will
	 * be. True: the mode may be asked for another one in this turn. */
	bool (*sent)(
		struct load_thread *t, const struct order *order, uint32_t n);

	/* Nothing will be sent any more. NULL: that is nothing to it. */
	void (*end)(struct load_thread *t);
};

extern const struct mode_ops mode_window, mode_flood, mode_by_plan,
	mode_by_capture;
