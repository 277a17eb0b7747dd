/* SPDX-License-Identifier: MIT */
/* Rates and ramps of `udpmill load`, as they are typed. */
#pragma once

#include "load/traffic/pace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams a second: one in a quarter of an hour, to what still moves a clock
 * of doubles. */
#define RATE_LEAST 0.001
#define RATE_MOST  1e10

/*
 * "0.5", "1.5M" or "200k/flow", of datagrams, or of bits. per_flow NULL: a rate
 * of all flows is wanted. 0; or -EINVAL and what would be right in why.
 */
int load_rate_parse(double *out, bool *per_flow, const char *text, bool bits,
	char *why, size_t why_bytes);

struct load_ramp {
	double from, to; /* datagrams a second, of all flows */
	uint64_t ns;     /* 0: there is none */
	uint32_t steps;  /* 0: linear */
};

/* "10k:1M:30s" or "10k:1M:30s:5". As above. */
int load_ramp_parse(
	struct load_ramp *out, const char *text, char *why, size_t why_bytes);

/*
 * Is anything due in the time behind a warm-up, of a plan for so many flows
 * that so many threads share? True of random departures: they are not known
 * before.
 */
bool load_rate_is_due(const struct pace_plan *plan, uint32_t flows,
	uint32_t threads, uint64_t omit_ns, uint64_t time_ns);
