/* SPDX-License-Identifier: MIT */
/* Configuration of a run of stages: see stages.h. */
#pragma once

#include "load/load.h"
#include "load/traffic/content.h"
#include "net/socket.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct stages_config {
	/* remote is the peer. errors is always on and nonblock always off,
	 * whatever is set here. */
	struct socket_config socket;
	uint32_t length; /* payload bytes of a datagram */
	enum content_kind content;
	enum load_replies replies;
	bool spin;         /* busy-poll for replies */
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
	/* Set to end the run early; may be NULL. */
	const atomic_bool *interrupted;
};
