/* SPDX-License-Identifier: MIT */
#include "core/spin.h"

#include <criterion/criterion.h>

#define MOST 50000u

/* Simulates n waits, each for a datagram that comes after gap_ns, by a thread
 * that looks every step_ns. Returns how long it has polled in all. */
static uint64_t wait_for(
	struct spin *s, unsigned n, uint64_t gap_ns, unsigned *succeeded)
{
	const uint64_t step_ns = 1000;
	uint64_t polled_ns = 0, now_ns = 1;

	for (unsigned i = 0; i < n; i++, now_ns += 1000000) {
		uint64_t come_ns = now_ns + gap_ns;

		for (; now_ns < come_ns && !spin_sleeps(s); now_ns += step_ns) {
			(void)spin_nothing(s, now_ns);
			polled_ns += step_ns;
		}
		if (now_ns < come_ns)
			now_ns = come_ns;
		*succeeded += spin_came(s);
	}
	return polled_ns;
}

Test(spin, polls_each_time_where_datagrams_come_soon)
{
	unsigned succeeded = 0;
	struct spin s;

	spin_init(&s, MOST);
	wait_for(&s, 1000, MOST - 2000, &succeeded);
	cr_assert(succeeded == 1000);
}

Test(spin, seldom_polls_where_datagrams_come_too_late)
{
	unsigned succeeded = 0;
	uint64_t polled_ns;
	struct spin s;

	spin_init(&s, MOST);
	/* It fails after 1, 2, 4, ... 512 sleeps. */
	polled_ns = wait_for(&s, 1023, MOST + 5000, &succeeded);
	cr_assert(succeeded == 0);
	cr_assert(polled_ns <= 10 * (MOST + 1000), "%lu", polled_ns);
	cr_assert(polled_ns >= 10 * MOST, "%lu", polled_ns);
	/* And then once in SPIN_REST_MOST. */
	polled_ns = wait_for(&s, 10 * SPIN_REST_MOST, 1000000000, &succeeded);
	cr_assert(succeeded == 0);
	cr_assert(polled_ns <= 10 * (MOST + 1000), "%lu", polled_ns);
}

Test(spin, learns_that_datagrams_come_soon_again)
{
	unsigned succeeded = 0;
	struct spin s;

	spin_init(&s, MOST);
	wait_for(&s, 100000, 1000000, &succeeded);
	cr_assert(succeeded == 0);
	wait_for(&s, SPIN_REST_MOST, 20000, &succeeded);
	cr_assert(succeeded > 0);
	succeeded = 0;
	wait_for(&s, 100, 20000, &succeeded);
	cr_assert(succeeded == 100);
}

Test(spin, one_late_datagram_costs_one_sleep)
{
	unsigned succeeded = 0;
	struct spin s;

	spin_init(&s, MOST);
	for (int i = 0; i < 100; i++) {
		wait_for(&s, 1, 2 * MOST, &succeeded);
		cr_assert(succeeded == 0);
		wait_for(&s, 9, 1000, &succeeded);
		cr_assert(succeeded == 9);
		succeeded = 0;
	}
}

Test(spin, says_once_that_a_spin_failed_and_stays_asleep)
{
	struct spin s;

	spin_init(&s, MOST);
	cr_assert(!spin_sleeps(&s));
	cr_assert(!spin_nothing(&s, 100));
	cr_assert(!spin_nothing(&s, 99 + MOST));
	cr_assert(!spin_sleeps(&s));
	cr_assert(spin_nothing(&s, 100 + MOST));
	cr_assert(spin_sleeps(&s));
	cr_assert(!spin_came(&s));
	cr_assert(!spin_sleeps(&s));
}

Test(spin, without_a_limit_always_or_never_sleeps)
{
	struct spin s;

	spin_init(&s, SPIN_ALWAYS);
	cr_assert(!spin_sleeps(&s) && s.most_ns == 0);
	spin_init(&s, 0);
	cr_assert(spin_sleeps(&s) && s.most_ns == 0);
}
