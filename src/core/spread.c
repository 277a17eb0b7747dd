/* SPDX-License-Identifier: MIT */
#include "core/spread.h"

struct spread spread_of(
	const uint64_t *received, uint32_t workers, size_t stride)
{
	struct spread s = {.workers = workers};
	uint64_t least = UINT64_MAX, most = 0;

	for (uint32_t i = 0; i < workers; i++) {
		uint64_t n = received[i * stride];

		s.all += n;
		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	if (s.all == 0)
		return s;
	s.least = (double)least / (double)s.all;
	s.most = (double)most / (double)s.all;
	for (uint32_t i = 0; i < workers; i++)
		s.starved += s.all / workers >= SPREAD_ENOUGH &&
			     received[i * stride] < s.all / workers / 4;
	return s;
}
