/* SPDX-License-Identifier: MIT */
/*
 * A round trip of a lone datagram, split into the kernel's stages by its time
 * stamps: a ping-pong over one flow, one datagram in flight. A short stretch
 * without stamps comes first, so that what they cost is known.
 *
 * It runs on the calling thread and blocks. What it does besides, such as to
 * read stamps, it does between one round trip and the next.
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
	/* Nanoseconds. Round trips without stamps, and of the split ones. */
	struct histogram plain, stamped;
	struct histogram stages[STAGES];

	/* The whole run's: sent = answered + lost. */
	uint64_t sent, answered;
	uint64_t lost;     /* no reply in time, or an error */
	uint64_t nobufs;   /* of those: the queueing discipline dropped them */
	uint64_t reported; /* of those: an error came, of ICMP or a route */
	/* It answered, and then for a second there were errors: the run ended.
	 * 0, or -errno and a line about it. */
	int gone;
	char gone_why[256];
	uint64_t foreign; /* datagrams that were no reply to what was asked */

	/* The last stretch's: sampled = whole + skipped + incomplete. */
	uint64_t sampled;    /* answered */
	uint64_t whole;      /* split */
	uint64_t skipped;    /* the clock was set meanwhile, or went back */
	uint64_t incomplete; /* a stamp did not come; of those: */
	uint64_t no_sched, no_sent, no_received;
	/* Of the stretch without stamps: the clock was set. */
	uint64_t plain_skipped;

	bool hardware;                 /* the device stamps too */
	char hardware_why[128];        /* why it does not */
	double seconds, plain_seconds; /* of the measured stretches */
	bool interrupted;
	struct socket_obtained obtained;
};

/*
 * 0, also where it was interrupted; or -errno and one line in why:
 * -ECONNREFUSED nobody listens, -ETIMEDOUT not one reply came in 5 s.
 */
int stages_run(const struct stages_config *config, struct stages_result *result,
	char *why, size_t why_bytes);
