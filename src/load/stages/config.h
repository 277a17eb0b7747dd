/* SPDX-License-Identifier: MIT */
/* Configuration of a run of stages: see stages.h. */
#pragma once

#include "load/load.h"
#include "load/traffic/content.h"
#include "net/socket.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct stages_result;

/* How far a run is. */
struct stages_progress {
	unsigned part; /* the stretch, from 0; of STAGES_PARTS */
	bool measured; /* it is no warm-up */
	double elapsed_s, left_s;
	const struct stages_result *so_far;
};

#define STAGES_PARTS 4

struct stages_config {
	/* remote is the peer. errors is always on and nonblock always off,
	 * whatever is set here. */
	struct socket_config socket;
	uint32_t length; /* payload bytes of a datagram */
	enum content_kind content;
	enum load_replies replies;
	uint64_t spin_ns;  /* as in load_config */
	bool shared_clock; /* the server runs by this host's CLOCK_MONOTONIC */
	uint64_t timeout_ns; /* as in load_config */
	/* The run has four stretches: warm-up, measurement without stamps,
	 * warm-up, measurement with stamps. A warm-up takes omit_ns, the second
	 * one at least until the kernel stamps what is received. The last
	 * stretch takes time_ns, the one without stamps a quarter of that, but
	 * at most a second. */
	uint64_t omit_ns, time_ns;
	/* Datagrams to send in all; 0: no limit. A warm-up may use a tenth, the
	 * measurement without stamps a fifth, that with stamps the rest. */
	uint64_t count;
	uint32_t run; /* as in load_config */
	/* Called between two round trips, when this time is over; may be
	 * NULL. */
	void (*progress)(void *arg, const struct stages_progress *p);
	void *arg;
	uint64_t interval_ns;
	/* Set to end the run early; may be NULL. */
	const atomic_bool *interrupted;
};
