/* SPDX-License-Identifier: MIT */
/* The generator as a whole: open.c sets it up, run.c runs it. Private to
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
	/* Kernel counters of this namespace, and of the server's if it is
	 * another. */
	struct figures_source near, far;
	struct socket_obtained obtained; /* the last flow's */
	/* Segments of the longest train that fits the path. */
	uint32_t train_planned;
	/* At the start of this run; the longest of any thread. */
	uint32_t train;
	/* Duration of a run, unless a count ends it earlier. */
	uint64_t longest_ns;
	struct presence presence;
	bool silent; /* a closed loop got no reply for as long as it waits */
	/* Skbs left in queueing disciplines when the run stopped waiting for
	 * them. */
	uint64_t queued_near, queued_far;
	_Atomic bool interrupted;
	/* See load/loop/path.h. */
	uint64_t path_look_ns;
	bool path_own;      /* the frames' source was this host's */
	char path_why[160]; /* "": the path is not lost */
};
