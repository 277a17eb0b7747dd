/* SPDX-License-Identifier: MIT */
/* Numbers for flows: each distinct tuple has one, in the order they came. */
#pragma once

#include "load/traffic/dissect.h"

#include <stddef.h>
#include <stdint.h>

/* A hash table that is at most half full; zeroed state is an empty one. */
struct tuples {
	uint8_t (*list)[DISSECT_TUPLE];
	uint32_t *slots; /* number + 1; 0: free */
	size_t slot_count;
	uint32_t count;
};

/* 0 or -ENOMEM. */
int tuples_number(
	struct tuples *t, const uint8_t tuple[DISSECT_TUPLE], uint32_t *number);

void tuples_fini(struct tuples *t);
