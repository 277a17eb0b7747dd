/* SPDX-License-Identifier: MIT */
/*
 * The distribution of datagram sizes, as a table that is walked through in a
 * cycle. The table has every size in proportion to its weight, to within
 * 1/1024, in an order drawn from a seed, so that the mean is met and a run can
 * be repeated.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SIZES_TABLE 1024 /* a power of two */

struct sizes_weight {
	uint32_t bytes;
	double weight; /* above 0 */
};

struct sizes {
	uint16_t table[SIZES_TABLE];
	uint32_t least, most;
	double mean;
};

void sizes_fixed(struct sizes *s, uint32_t bytes);

/* Sizes from least to most, equally often. least <= most <= 65535. */
void sizes_range(struct sizes *s, uint32_t least, uint32_t most, uint64_t seed);

/* 0; -EINVAL if the list is empty, a weight is not above 0 or a size is above
 * 65535; -ERANGE if a weight is too small for an entry of the table. */
int sizes_weighted(struct sizes *s, const struct sizes_weight *list,
	uint32_t count, uint64_t seed);

/* The payloads of the simple IMIX: Ethernet frames of 64, 594 and 1518 bytes in
 * proportions of 7 : 4 : 1; the smallest payload is at least least. headers:
 * bytes of a frame that are not payload, 46 with IPv4, 66 with IPv6. */
void sizes_imix(
	struct sizes *s, uint32_t headers, uint32_t least, uint64_t seed);

static inline bool sizes_mixed(const struct sizes *s)
{
	return s->least != s->most;
}
