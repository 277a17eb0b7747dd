/* SPDX-License-Identifier: MIT */
/*
 * Divisions that a hot path can afford. One by a number that the compiler does
 * not know takes many times as long as a multiplication; where the number stays
 * the same, its inverse is computed once.
 */
#pragma once

#include <assert.h>
#include <stdint.h>

struct divisor {
	uint64_t inverse; /* 2^64 / d, rounded up */
};

/* d: 2 or more. */
static inline struct divisor divisor_of(uint32_t d)
{
	assert(d > 1);
	return (struct divisor){UINT64_MAX / d + 1};
}

/* n / d. It is exact: the inverse is too large by less than 1, so the product
 * by less than 2^32, which is less than the 2^64 / d that is left to the next
 * quotient. */
static inline uint32_t divided(uint32_t n, struct divisor d)
{
	return (uint32_t)((unsigned __int128)n * d.inverse >> 64);
}

/* The least power of two that is not below n, which is 2^31 at most: a ring of
 * so many places needs a mask, and no remainder. */
static inline uint32_t power_of_two(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}
