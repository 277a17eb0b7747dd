/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that select when datagrams leave. */
#pragma once

#include "cli/load/rates.h"
#include "load/traffic/pace.h"

#include <argp.h>
#include <stdbool.h>

struct load_pace {
	double rate;   /* datagrams or bits a second; 0: not an open loop */
	bool bits;     /* payload bits */
	bool per_flow; /* else in total */
	bool poisson;
	uint32_t burst; /* 0: not given */
	bool find_capacity;
	bool loss_said;
	double loss;
	struct load_ramp ramp;
};

/* A child of load's argp; its input is a struct load_pace. */
extern const struct argp load_pace_argp;

static inline bool load_pace_is_open(const struct load_pace *p)
{
	return p->rate > 0 || p->ramp.ns || p->find_capacity;
}

/* Can datagrams of mean_bytes leave at that rate? 0; or -errno, and in why what
 * is wrong with --rate or --bitrate. */
int load_pace_check(const struct load_pace *p, uint32_t flows,
	double mean_bytes, char *why, size_t why_bytes);

/* Makes the plan for this many flows, datagrams of mean_bytes and these times.
 * A ramp begins after omit_ns, which are sent at its first rate. */
void load_pace_plan(const struct load_pace *p, struct pace_plan *plan,
	uint32_t flows, double mean_bytes, uint64_t omit_ns, uint64_t time_ns);
