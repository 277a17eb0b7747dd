/* SPDX-License-Identifier: MIT */
#include "load/traffic/search.h"

#include <math.h>

void search_init(struct search *s, double first, double lowest, double highest,
	double precision)
{
	*s = (struct search){
		.precision = precision,
		.lowest = lowest,
		.highest = highest,
		.rate = fmin(fmax(first, lowest), highest),
	};
}

static void confirm(struct search *s)
{
	s->phase = SEARCH_CONFIRM;
	s->rate = s->good;
	s->passes = 0;
	s->fails = 0;
}

/* Tries the geometric mean of good and bad, or confirms if they are close. */
static void halve(struct search *s)
{
	s->phase = SEARCH_HALVE;
	if (s->bad <= s->good * s->precision)
		confirm(s);
	else
		s->rate = sqrt(s->good * s->bad);
}

static void climb(struct search *s, bool good)
{
	if (!good && s->good > 0) {
		halve(s);
		return;
	}
	if (!good) {
		/* Go down until a rate passes. */
		if (s->rate <= s->lowest) {
			s->phase = SEARCH_NONE;
			s->rate = 0;
			return;
		}
		s->rate = fmax(s->rate / 4, s->lowest);
		return;
	}
	if (s->bad > 0)
		halve(s);
	else if (s->rate >= s->highest)
		confirm(s);
	else
		s->rate = fmin(s->rate * 2, s->highest);
}

static void set_bad(struct search *s, enum search_outcome outcome)
{
	s->bad = s->rate;
	s->bad_outcome = outcome;
}

/* Decides by a majority of the repeats, as soon as one is certain. */
static void vote(struct search *s, enum search_outcome outcome)
{
	bool good = outcome == SEARCH_GOOD;
	const uint32_t most = SEARCH_REPEATS / 2 + 1;

	s->passes += good;
	s->fails += !good;
	if (s->passes == most) {
		s->phase = SEARCH_FOUND;
	} else if (s->fails == most) {
		set_bad(s, outcome);
		s->good = 0;
		s->phase = SEARCH_CLIMB;
		s->rate = s->rate / (s->precision * s->precision);
		if (s->rate < s->lowest)
			climb(s, false);
	}
}

void search_tell(struct search *s, enum search_outcome outcome)
{
	bool good = outcome == SEARCH_GOOD;

	if (s->phase == SEARCH_CONFIRM) {
		vote(s, outcome);
		return;
	}
	s->doubted = !good && !s->doubted;
	if (s->doubted)
		return;
	if (good)
		s->good = s->rate;
	else
		set_bad(s, outcome);
	if (s->phase == SEARCH_CLIMB)
		climb(s, good);
	else if (s->phase == SEARCH_HALVE)
		halve(s);
}

/* Tries both outcomes: the search knows best what it would do. A rate that
 * fails once is tried again, so this takes longest at every rate, and no other
 * way needs to be tried. */
uint32_t search_most(const struct search *s)
{
	struct search good = *s, bad = *s;
	uint32_t if_good, if_bad;

	if (search_is_over(s))
		return 0;
	if (s->phase == SEARCH_CONFIRM)
		return SEARCH_REPEATS - s->passes - s->fails;
	search_tell(&bad, SEARCH_LOSSY);
	if_bad = 1 + search_most(&bad);
	if (!s->doubted)
		return if_bad;
	search_tell(&good, SEARCH_GOOD);
	if_good = 1 + search_most(&good);
	return if_good > if_bad ? if_good : if_bad;
}
