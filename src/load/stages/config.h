/* SPDX-License-Identifier: MIT */
/* What is split into stages, and for how long: see stages.h. */
#pragma once

#include "load/load.h"
#include "load/traffic/content.h"
#include "net/socket.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct stages_config {
	/* Its remote is the peer. Errors are switched on, and it waits,
	 * whatever is said here. */
	struct socket_config socket;
	uint32_t length; /* payload bytes of a datagram */
	enum content_kind content;
	enum load_replies replies;
	bool spin;           /* receive without waiting, again and again */
	bool shared_clock;   /* the server's CLOCK_MONOTONIC is ours */
	uint64_t timeout_ns; /* as in load_config */
	/* Stretches: warm-up, without stamps, warm-up, with stamps. Each
	 * warm-up takes omit_ns, and the second until the kernel stamps what is
	 * received; the last takes time_ns, and that without stamps a quarter
	 * of it, a second at most. */
	uint64_t omit_ns, time_ns;
	/* Datagrams to send in all; 0: no bound. Stretches share it: a tenth
	 * for a warm-up, a fifth without stamps, what is left with them. */
	uint64_t count;
	uint32_t run;                   /* as load_config's */
	const atomic_bool *interrupted; /* ends it early; NULL: nobody does */
};
