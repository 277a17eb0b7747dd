/* SPDX-License-Identifier: MIT */
/* Numbers distinct tuples from 0, in the order of their first appearance. */
#pragma once

#include "load/traffic/dissect.h"

#include <stddef.h>
#include <stdint.h>

/* A hash table, at most half full; zeroed: empty. */
struct tuples {
	uint8_t (*list)[DISSECT_TUPLE];
	uint32_t *slots; /* number + 1; 0: free */
	size_t slot_count;
	uint32_t count;
};

/* Sets *number to the tuple's number, a new one if needed. 0 or -ENOMEM. */
int tuples_number(
	struct tuples *t, const uint8_t tuple[DISSECT_TUPLE], uint32_t *number);

void tuples_fini(struct tuples *t);
