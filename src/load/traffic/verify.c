/* SPDX-License-Identifier: MIT */
#include "load/traffic/verify.h"

static struct verify_gap *gap_at(struct verify *v, uint32_t i)
{
	return &v->gaps[(v->gap_first + i) % VERIFY_GAPS];
}

static void forget_oldest(struct verify *v)
{
	v->floor = gap_at(v, 0)->end;
	v->gap_first = (v->gap_first + 1) % VERIFY_GAPS;
	v->gap_count--;
}

static void add_gap(struct verify *v, uint64_t first, uint64_t end)
{
	if (v->gap_count == VERIFY_GAPS)
		forget_oldest(v);
	*gap_at(v, v->gap_count++) = (struct verify_gap){first, end};
}

/* Splits gap i around the sequence number that came. */
static void split(struct verify *v, uint32_t i, uint64_t sequence)
{
	struct verify_gap *g = gap_at(v, i);
	struct verify_gap after = {sequence + 1, g->end};

	g->end = sequence;
	if (v->gap_count == VERIFY_GAPS) {
		forget_oldest(v);
		i--; /* the oldest is gone, and i + 1 may be 0 again */
	}
	for (uint32_t k = v->gap_count; k > i + 1; k--)
		*gap_at(v, k) = *gap_at(v, k - 1);
	*gap_at(v, i + 1) = after;
	v->gap_count++;
}

static void remove_gap(struct verify *v, uint32_t i)
{
	for (; i + 1 < v->gap_count; i++)
		*gap_at(v, i) = *gap_at(v, i + 1);
	v->gap_count--;
}

static void fill(struct verify *v, uint32_t i, uint64_t sequence)
{
	struct verify_gap *g = gap_at(v, i);

	if (g->first == sequence)
		g->first++;
	else if (g->end == sequence + 1)
		g->end--;
	else
		split(v, i, sequence);
	if (g->first == g->end)
		remove_gap(v, i);
}

enum verify_result verify_unexpected(
	struct verify *v, uint64_t sequence, uint64_t sent)
{
	if (sequence >= sent)
		return VERIFY_UNSENT;
	if (sequence >= v->next) {
		if (sequence > v->next)
			add_gap(v, v->next, sequence);
		v->next = sequence + 1;
		return VERIFY_FIRST;
	}
	if (sequence < v->floor)
		return VERIFY_LATE;
	for (uint32_t i = 0; i < v->gap_count; i++) {
		const struct verify_gap *g = gap_at(v, i);

		if (sequence >= g->first && sequence < g->end) {
			fill(v, i, sequence);
			return VERIFY_REORDERED;
		}
	}
	return VERIFY_DUPLICATE;
}

bool verify_has_all(const struct verify *v, uint64_t first, uint32_t n)
{
	if (first < v->floor || first + n > v->next)
		return false;
	for (uint32_t i = 0; i < v->gap_count; i++) {
		const struct verify_gap *g =
			&v->gaps[(v->gap_first + i) % VERIFY_GAPS];

		if (g->first < first + n && g->end > first)
			return false;
	}
	return true;
}
