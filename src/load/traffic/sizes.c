/* SPDX-License-Identifier: MIT */
#include "load/traffic/sizes.h"

#include "load/traffic/pace.h"

#include <errno.h>

static void shuffle(struct sizes *s, uint64_t seed)
{
	uint64_t state = seed * 0x9e3779b97f4a7c15u | 1;

	for (uint32_t i = SIZES_TABLE - 1; i > 0; i--) {
		uint32_t k = (uint32_t)(pace_random(&state) * (i + 1));
		uint16_t other = s->table[k];

		s->table[k] = s->table[i];
		s->table[i] = other;
	}
}

static void sum_up(struct sizes *s)
{
	double sum = 0;

	s->least = UINT16_MAX;
	s->most = 0;
	for (uint32_t i = 0; i < SIZES_TABLE; i++) {
		uint32_t bytes = s->table[i];

		sum += bytes;
		if (bytes < s->least)
			s->least = bytes;
		if (bytes > s->most)
			s->most = bytes;
	}
	s->mean = sum / SIZES_TABLE;
}

void sizes_fixed(struct sizes *s, uint32_t bytes)
{
	for (uint32_t i = 0; i < SIZES_TABLE; i++)
		s->table[i] = (uint16_t)bytes;
	sum_up(s);
}

/* Spread evenly over the range, both ends included, so that the mean is in the
 * middle. */
void sizes_range(struct sizes *s, uint32_t least, uint32_t most, uint64_t seed)
{
	double span = (double)most - least;

	for (uint32_t i = 0; i < SIZES_TABLE; i++)
		s->table[i] =
			(uint16_t)(least + span * i / (SIZES_TABLE - 1) + 0.5);
	shuffle(s, seed);
	sum_up(s);
}

int sizes_weighted(struct sizes *s, const struct sizes_weight *list,
	uint32_t count, uint64_t seed)
{
	double sum = 0, upto = 0;
	uint32_t at = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!(list[i].weight > 0) || list[i].bytes > UINT16_MAX)
			return -EINVAL;
		sum += list[i].weight;
	}
	if (count == 0)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t end;

		upto += list[i].weight;
		end = (uint32_t)(upto / sum * SIZES_TABLE + 0.5);
		if (end == at)
			return -ERANGE;
		while (at < end)
			s->table[at++] = (uint16_t)list[i].bytes;
	}
	shuffle(s, seed);
	sum_up(s);
	return 0;
}

void sizes_imix(
	struct sizes *s, uint32_t headers, uint32_t least, uint64_t seed)
{
	const struct sizes_weight list[] = {
		{64 - headers > least && headers < 64 ? 64 - headers : least,
			7},
		{594 - headers, 4},
		{1518 - headers, 1},
	};

	(void)sizes_weighted(s, list, 3, seed);
}
