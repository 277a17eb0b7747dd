/* SPDX-License-Identifier: MIT */
/*
 * How long datagrams are: a distribution, dealt out as a table that is walked
 * again and again. Each turn of the table holds every size as often as its
 * weight says, to a table's 1024th, in an order drawn from a seed: so a mean is
 * met, and a run can be repeated.
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

/* Each from least to most as often as any other. least <= most <= 65535. */
void sizes_range(struct sizes *s, uint32_t least, uint32_t most, uint64_t seed);

/* 0; -EINVAL where there is none, or a weight that is not above 0, or a size
 * above 65535; -ERANGE where a weight is too small a part to be dealt. */
int sizes_weighted(struct sizes *s, const struct sizes_weight *list,
	uint32_t count, uint64_t seed);

/* The simple IMIX: Ethernet frames of 64, 594 and 1518 bytes as 7 : 4 : 1, as
 * payloads; the first is least, where that is more than is left of 64 bytes.
 * headers: bytes of a frame that are not payload, 46 with IPv4, 66 with IPv6.
 */
void sizes_imix(
	struct sizes *s, uint32_t headers, uint32_t least, uint64_t seed);

static inline bool sizes_mixed(const struct sizes *s)
{
	return s->least != s->most;
}
