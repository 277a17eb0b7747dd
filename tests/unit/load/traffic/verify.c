/* SPDX-License-Identifier: MIT */
#include "load/traffic/verify.h"

#include <criterion/criterion.h>
#include <string.h>

#define SENT 1000000

static struct verify v;

static enum verify_result note(uint64_t sequence)
{
	return verify_note(&v, sequence, SENT);
}

Test(verify, takes_replies_in_order)
{
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert(note(i) == VERIFY_FIRST);
	cr_assert(v.gap_count == 0);
}

Test(verify, recognises_a_duplicate)
{
	for (uint64_t i = 0; i < 10; i++)
		note(i);
	cr_assert(note(9) == VERIFY_DUPLICATE);
	cr_assert(note(0) == VERIFY_DUPLICATE);
}

Test(verify, tells_reordered_replies_from_duplicates)
{
	note(0);
	cr_assert(note(5) == VERIFY_FIRST);
	cr_assert(note(3) == VERIFY_REORDERED);
	cr_assert(note(3) == VERIFY_DUPLICATE);
	cr_assert(note(1) == VERIFY_REORDERED);
	cr_assert(note(4) == VERIFY_REORDERED);
	cr_assert(note(2) == VERIFY_REORDERED);
	cr_assert(v.gap_count == 0);
	cr_assert(note(6) == VERIFY_FIRST);
}

Test(verify, refuses_numbers_that_were_not_sent)
{
	cr_assert(note(SENT) == VERIFY_UNSENT);
	cr_assert(note(UINT64_MAX) == VERIFY_UNSENT);
	cr_assert(v.next == 0);
	cr_assert(verify_note(&v, 0, 0) == VERIFY_UNSENT);
}

Test(verify, counts_what_it_cannot_place_as_late)
{
	/* Every second one is missed, in more gaps than are remembered. */
	for (uint64_t i = 0; i < 4 * VERIFY_GAPS; i += 2)
		cr_assert(note(i) == VERIFY_FIRST);
	cr_assert(note(1) == VERIFY_LATE);
	cr_assert(note(4 * VERIFY_GAPS - 3) == VERIFY_REORDERED);
}

/* Against a table of all numbers, with drawn loss, repetition and disorder. */
Test(verify, agrees_with_remembering_everything)
{
	static uint8_t seen[20000];
	uint64_t x = 1, next = 0;

	for (int i = 0; i < 100000; i++) {
		uint64_t sequence;
		enum verify_result r;

		x = x * 6364136223846793005u + 1442695040888963407u;
		sequence = next + (x >> 60);
		sequence = sequence < 12 ? 0 : sequence - 12;
		if (sequence >= sizeof(seen))
			break;
		r = verify_note(&v, sequence, sizeof(seen));
		if (r == VERIFY_LATE)
			continue;
		if (seen[sequence])
			cr_assert(r == VERIFY_DUPLICATE);
		else if (sequence >= next)
			cr_assert(r == VERIFY_FIRST);
		else
			cr_assert(r == VERIFY_REORDERED);
		seen[sequence] = 1;
		if (sequence >= next)
			next = sequence + 1;
	}
	cr_assert(next > 1000);
}

/* The oldest of all gaps is cut in two: what is behind the cut stays first. */
Test(verify, keeps_gaps_in_order_when_the_oldest_is_split)
{
	for (uint64_t i = 3; i < 256; i += 4)
		(void)verify_note(&v, i, 400);
	cr_assert(verify_note(&v, 1, 400) == VERIFY_REORDERED);
	(void)verify_note(&v, 300, 400);
	(void)verify_note(&v, 310, 400);
	cr_assert(verify_note(&v, 254, 400) == VERIFY_REORDERED);
	for (uint32_t i = 0; i + 1 < v.gap_count; i++) {
		const struct verify_gap *a =
			&v.gaps[(v.gap_first + i) % VERIFY_GAPS];
		const struct verify_gap *b =
			&v.gaps[(v.gap_first + i + 1) % VERIFY_GAPS];

		cr_assert(a->end <= b->first);
	}
	cr_assert(verify_note(&v, 4, 400) != VERIFY_DUPLICATE);
}

Test(verify, knows_which_are_all_answered)
{
	for (uint64_t i = 0; i < 20; i++)
		if (i != 7 && i != 8)
			note(i);
	cr_assert(verify_has_all(&v, 0, 7));
	cr_assert(!verify_has_all(&v, 0, 8));
	cr_assert(!verify_has_all(&v, 8, 1));
	cr_assert(!verify_has_all(&v, 8, 5));
	cr_assert(verify_has_all(&v, 9, 11));
	cr_assert(!verify_has_all(&v, 9, 12), "20 is not");
	note(7);
	cr_assert(verify_has_all(&v, 0, 8));
	note(8);
	cr_assert(verify_has_all(&v, 0, 20));
}

Test(verify, does_not_guess_what_it_has_forgotten)
{
	for (uint64_t i = 0; i < 2 * VERIFY_GAPS + 4; i++)
		note(2 * i);
	cr_assert(!verify_has_all(&v, 0, 1));
	cr_assert(verify_has_all(&v, v.next - 1, 1));
}
