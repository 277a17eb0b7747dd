/* SPDX-License-Identifier: MIT */
#include "core/spin.h"

bool spin_came(struct spin *s)
{
	if (s->end_ns == 0) {
		s->sleeps -= s->sleeps > 0;
		return false;
	}
	s->end_ns = 0;
	s->rest = 0;
	return true;
}

bool spin_nothing(struct spin *s, uint64_t now_ns)
{
	if (s->end_ns == 0)
		s->end_ns = now_ns + s->most_ns;
	if (now_ns < s->end_ns)
		return false;
	s->end_ns = 0;
	s->rest = s->rest ? 2 * s->rest : 1;
	if (s->rest > SPIN_REST_MOST)
		s->rest = SPIN_REST_MOST;
	s->sleeps = s->rest;
	return true;
}
