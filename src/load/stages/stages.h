/* SPDX-License-Identifier: MIT */
/*
 * Splits the round trip of a lone datagram into the kernel's stages by its time
 * stamps: a ping-pong over one flow, with one datagram in flight. A short
 * stretch without stamps comes first, to show what the stamps cost.
 *
 * Runs on the calling thread and blocks. Other work, such as reading stamps, is
 * done between one round trip and the next.
 */
#pragma once

#include "core/histogram.h"
#include "load/stages/config.h"
#include "load/stages/sample.h"
#include "net/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stages_result {
	/* Nanoseconds: round trips without stamps, and those that were
	 * split. */
	struct histogram plain, stamped;
	struct histogram stages[STAGES];

	/* Of the whole run: sent = answered + lost. */
	uint64_t sent, answered;
	uint64_t lost;     /* no reply in time, or an error */
	uint64_t nobufs;   /* of lost: dropped by the queueing discipline */
	uint64_t reported; /* of lost: an error came, from ICMP or routing */
	/* The peer had answered, and then for a second there were only errors,
	 * which ended the run: -errno and a line about it; 0: no. */
	int gone;
	char gone_why[256];
	uint64_t foreign; /* datagrams that were not the expected reply */

	/* Of the last stretch: sampled = whole + skipped + incomplete. */
	uint64_t sampled;    /* answered */
	uint64_t whole;      /* split */
	uint64_t skipped;    /* the clock was set meanwhile or went back */
	uint64_t incomplete; /* a stamp is missing; which: */
	uint64_t no_sched, no_sent, no_received;
	/* Round trips without stamps skipped because the clock was set. */
	uint64_t plain_skipped;

	bool hardware;                 /* the device stamps as well */
	char hardware_why[128];        /* why not */
	double seconds, plain_seconds; /* duration of the two measurements */
	bool interrupted;
	struct socket_obtained obtained;
};

/*
 * 0, also if interrupted; or -errno and one line in why: -ECONNREFUSED nobody
 * listens, -ETIMEDOUT no reply came in 5 s.
 */
int stages_run(const struct stages_config *config, struct stages_result *result,
	char *why, size_t why_bytes);
