/* SPDX-License-Identifier: MIT */
#include "core/division.h"

#include <criterion/criterion.h>

static void check(uint32_t n, uint32_t d)
{
	uint32_t got = divided(n, divisor_of(d));

	cr_assert(got == n / d, "%u / %u is %u, and not %u", n, d, n / d, got);
}

/* Around each multiple that can be wrong: small ones, and the largest. */
static void check_multiples(uint32_t d)
{
	uint32_t last = UINT32_MAX / d * d;

	for (uint32_t k = 0; k < 1000 && (uint64_t)k * d + d < UINT32_MAX;
		k++) {
		check(k * d, d);
		check(k * d + d - 1, d);
		check(last - k * d, d);
		check(last - k * d + (last > k * d ? -1u : 0), d);
	}
	check(UINT32_MAX, d);
}

Test(division, by_an_inverse_is_exact_at_every_edge)
{
	static const uint32_t divisors[] = {2, 3, 5, 7, 64, 4095, 4096, 4097,
		12288, 65535, 65536, 65537, 65664, 65728, 1u << 31,
		(1u << 31) + 1, UINT32_MAX - 1, UINT32_MAX};

	for (size_t i = 0; i < sizeof(divisors) / sizeof(*divisors); i++)
		check_multiples(divisors[i]);
}

Test(division, power_of_two_is_the_next_one)
{
	static const struct {
		uint32_t n, power;
	} cases[] = {{0, 1}, {1, 1}, {2, 2}, {3, 4}, {64, 64}, {65, 128},
		{65536, 65536}, {65537, 131072}, {1u << 31, 1u << 31}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert(power_of_two(cases[i].n) == cases[i].power, "%u",
			cases[i].n);
}
