/* SPDX-License-Identifier: MIT */
/* Rates and ramps of `udpmill load`, as the user types them. */
#pragma once

#include "load/traffic/pace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams a second: from one in a quarter of an hour, up to the limit of what
 * a clock in doubles can resolve. */
#define RATE_LEAST 0.001
#define RATE_MOST  1e10

/*
 * "0.5", "1.5M" or "200k/flow", of datagrams or bits. If per_flow is NULL, the
 * rate must be that of all flows together. 0; or -EINVAL and what to do in why.
 */
int load_rate_parse(double *out, bool *per_flow, const char *text, bool bits,
	char *why, size_t why_bytes);

struct load_ramp {
	double from, to; /* datagrams a second, of all flows */
	uint64_t ns;     /* 0: no ramp */
	uint32_t steps;  /* 0: linear */
};

/* "10k:1M:30s" or "10k:1M:30s:5". Returns as above. */
int load_ramp_parse(
	struct load_ramp *out, const char *text, char *why, size_t why_bytes);

/*
 * Is any datagram due in the measured time, after the warm-up, according to a
 * plan for this many flows and threads? Always true for random departures,
 * which are not known in advance.
 */
bool load_rate_is_due(const struct pace_plan *plan, uint32_t flows,
	uint32_t threads, uint64_t omit_ns, uint64_t time_ns);
