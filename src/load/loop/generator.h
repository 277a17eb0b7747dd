/* SPDX-License-Identifier: MIT */
/* The generator as a whole: what open.c makes and run.c runs. Private to
 * load/. */
#pragma once

#include "load/ledger/figures.h"
#include "load/loop/presence.h"
#include "load/loop/thread.h"
#include "net/socket.h"

struct load {
	struct load_config config;
	struct load_hooks hooks;
	struct load_shared shared;
	struct load_thread *threads;
	struct flow *flows;
	uint64_t *times; /* of all flows */
	struct histogram histograms[LOAD_HISTOGRAMS];
	/* Of this namespace and, where it is another, of the server's. */
	struct figures_source near, far;
	struct socket_obtained obtained; /* the last flow's */
	uint32_t train_planned;          /* that fits this path */
	uint32_t train; /* of this run, as it began; the longest of a thread */
	uint64_t longest_ns; /* a run lasts, where no count ends it before */
	struct presence presence;
	bool silent; /* not one reply, for as long as is waited */
	/* What queueing disciplines held when it was not waited any longer. */
	uint64_t queued_near, queued_far;
	_Atomic bool interrupted;
};
