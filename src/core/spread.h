/* SPDX-License-Identifier: MIT */
/* How evenly the datagrams of an address are spread over its workers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Fewer datagrams a worker say nothing about a spread. */
#define SPREAD_ENOUGH 1000

struct spread {
	uint32_t workers;
	uint32_t starved;   /* with less than a quarter of an even share */
	uint64_t all;       /* datagrams */
	double least, most; /* a worker's share of them, 0 to 1 */
};

/* received: the datagrams of each worker, stride values apart. */
struct spread spread_of(
	const uint64_t *received, uint32_t workers, size_t stride);
