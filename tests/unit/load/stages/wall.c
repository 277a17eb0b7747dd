/* SPDX-License-Identifier: MIT */
/* A clock that was set is noticed, once. The test does not set the clock, but
 * falsifies what is remembered of it. */
#include "load/stages/wall.h"

#include "core/clock.h"

#include <criterion/criterion.h>

#define MS 1000000

Test(wall, is_not_called_set_if_nobody_set_it)
{
	struct wall w;
	unsigned set = 0;

	wall_init(&w);
	for (int i = 0; i < 10000; i++)
		set += wall_was_set(&w, clock_wall_ns());
	/* Unless somebody did, once, just now. */
	cr_assert(set <= 1, "%u", set);
}

Test(wall, that_was_set_forwards_or_backwards_was_set_once)
{
	static const int64_t steps[] = {MS, -MS, 10000, -10000};

	for (int i = 0; i < 4; i++) {
		struct wall w;

		wall_init(&w);
		w.apart_ns += steps[i];
		cr_assert(wall_was_set(&w, clock_wall_ns()), "%ld", steps[i]);
		cr_assert(!wall_was_set(&w, clock_wall_ns()), "%ld", steps[i]);
	}
}

Test(wall, is_not_called_set_because_of_an_old_reading)
{
	struct wall w;

	wall_init(&w);
	cr_assert(!wall_was_set(&w, clock_wall_ns() - MS));
}

Test(wall, gives_the_other_clocks_time)
{
	uint64_t before, told, after;
	struct wall w;

	wall_init(&w);
	before = clock_wall_ns();
	told = wall_of(&w, clock_ns());
	after = clock_wall_ns();
	/* The best of 16 readings is off by less than this. */
	cr_assert(told + 1000 >= before && told <= after + 1000);
}
