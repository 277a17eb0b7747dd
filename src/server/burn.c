/* SPDX-License-Identifier: MIT */
#include "server/burn.h"

#include "core/clock.h"

#define TRIALS       20
#define TRIAL_ROUNDS 200000u

/* Each round depends on the one before, so that it takes the same number of
 * cycles on a core of any width. */
static void burn(uint64_t rounds)
{
	uint64_t x = 1;

	for (; rounds; rounds--) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		__asm__ volatile("" : "+r"(x));
	}
}

/* The shortest of several, since disturbances only make it longer. In CPU time:
 * on a busy host this thread may lose its CPU in each of them. */
static double round_ns(void)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < TRIALS; i++) {
		uint64_t start = clock_thread_ns(), took;

		burn(TRIAL_ROUNDS);
		took = clock_thread_ns() - start;
		if (took < least)
			least = took;
	}
	return (double)least / TRIAL_ROUNDS;
}

void burn_init(struct burn *b, double ns)
{
	*b = (struct burn){0};
	if (ns > 0)
		b->rounds = (uint64_t)(ns / round_ns() * 4294967296.0);
}

void burn_init_rounds(struct burn *b, uint32_t rounds)
{
	*b = (struct burn){.rounds = (uint64_t)rounds << 32};
}

void burn_spend(struct burn *b, uint32_t datagrams)
{
	b->owed += b->rounds * datagrams;
	burn(b->owed >> 32);
	b->owed &= UINT32_MAX;
}
