/* SPDX-License-Identifier: MIT */
/* Flows that have been replaced: see churn.h. Private to load/. */
#pragma once

#include <stdint.h>

struct churn_retired;

/* Zeroed: flows last as long as the run. */
struct churn {
	struct churn_retired *retired; /* NULL: flows last as long as the run */
	uint32_t room, count;
	uint32_t *free; /* free entries of retired: room - count of them */
	/* flow.times of the entries; NULL: replies carry numbers. */
	uint64_t *times;
	uint32_t turn;    /* the flow to replace next */
	uint64_t step_ns; /* from one replacement to the next */
	/* The next replacement; the next check; the earlier of them. */
	uint64_t renew_ns, look_ns, next_ns;
	uint64_t drops; /* skbs dropped by sockets now closed */
};
