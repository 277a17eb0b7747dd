/* SPDX-License-Identifier: MIT */
#include "load/stages/wall.h"

#include "core/clock.h"

/* If the difference has changed by more than this, the thread was interrupted
 * between the readings, or the clock was set; ... */
#define CLOSE_NS 2000
/* ... which the tightest of many readings decides. */
#define STEP_NS  1000
#define READINGS 16

static int64_t read_apart(void)
{
	uint64_t best = UINT64_MAX;
	int64_t apart = 0;

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = clock_ns(), wall = clock_wall_ns();
		uint64_t gap = clock_ns() - before;

		if (gap >= best)
			continue;
		best = gap;
		apart = (int64_t)(wall - before - gap / 2);
	}
	return apart;
}

static bool within(int64_t a, int64_t b, int64_t ns)
{
	return a - b <= ns && b - a <= ns;
}

void wall_init(struct wall *w)
{
	w->apart_ns = read_apart();
}

bool wall_was_set(struct wall *w, uint64_t wall_ns)
{
	int64_t before = w->apart_ns;

	if (within((int64_t)(wall_ns - clock_ns()), before, CLOSE_NS))
		return false;
	w->apart_ns = read_apart();
	return !within(w->apart_ns, before, STEP_NS);
}
