/* SPDX-License-Identifier: MIT */
/* Flows that others have followed: see churn.h. Private to load/. */
#pragma once

#include <stdint.h>

struct churn_retired;

/* Zeroed: flows live as long as the run. */
struct churn {
	struct churn_retired *retired; /* NULL: the same */
	uint32_t room, count;
	uint32_t *free;   /* places in retired: room - count of them */
	uint64_t *times;  /* of as many flows; NULL: replies have numbers */
	uint32_t turn;    /* the flow that is next */
	uint64_t step_ns; /* from one to the next */
	uint64_t renew_ns, look_ns, next_ns; /* the next: of each; of any */
	uint64_t drops; /* skbs, of sockets that are closed */
};
