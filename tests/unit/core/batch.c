/* SPDX-License-Identifier: MIT */
#include "core/batch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct batch zeroed;

Test(batch, has_the_room_it_was_asked_for)
{
	static const uint32_t cases[] = {1, 64, BATCH_CAPACITY_MAX};
	struct batch b;

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t pieces = cases[i] * TRAIN_SEGMENTS_MOST;

		memset(&b, 0x5a, sizeof(b));
		cr_assert(batch_init(&b, cases[i]) == 0);
		cr_assert(b.capacity == cases[i] && b.count == 0);
		cr_assert(b.piece_capacity == pieces);
		cr_assert(b.message_count == 0 && b.piece_count == 0);
		/* The last of each can be written: a sanitizer or SIGSEGV
		 * says where it cannot. */
		b.trains[cases[i] - 1].bytes = 1;
		b.messages[pieces - 1].bytes = 1;
		b.iov[pieces - 1].iov_len = 1;
		b.pieces[pieces - 1].bytes = 1;
		batch_fini(&b);
	}
}

Test(batch, of_no_or_too_many_trains_is_refused)
{
	static const uint32_t cases[] = {0, BATCH_CAPACITY_MAX + 1, UINT32_MAX};
	struct batch b;

	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(&b, 0x5a, sizeof(b));
		cr_assert(batch_init(&b, cases[i]) == -EINVAL);
		cr_assert(memcmp(&b, &zeroed, sizeof(b)) == 0);
		batch_fini(&b);
	}
}

Test(batch, may_be_ended_twice_and_unbegun)
{
	struct batch b = {0};

	batch_fini(&b);
	cr_assert(batch_init(&b, 4) == 0);
	batch_fini(&b);
	cr_assert(memcmp(&b, &zeroed, sizeof(b)) == 0);
	batch_fini(&b);
}

Test(train, shape_counts_the_segments)
{
	static const struct {
		uint32_t bytes, segment_bytes, segments, of_each;
	} cases[] = {
		{0, 0, 1, 0},
		{1, 0, 1, 1},
		{100, 100, 1, 100},
		{100, 200, 1, 100},
		{0, 200, 1, 0},
		{100, 50, 2, 50},
		{101, 50, 3, 50},
		{100, 99, 2, 99},
		{128, 1, 128, 1},
		{65507, 1400, 47, 1400},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct train t = {0};

		train_shape(&t, cases[i].bytes, cases[i].segment_bytes);
		cr_assert(t.bytes == cases[i].bytes);
		cr_assert(t.segments == cases[i].segments, "%zu", i);
		cr_assert(t.segment_bytes == cases[i].of_each, "%zu", i);
	}
}

Test(train, refused_is_refused_whole)
{
	struct train t = {.verdict = VERDICT_ANSWER};

	train_shape(&t, 100, 30);
	train_refuse(&t, 7);
	cr_assert(t.verdict == VERDICT_REFUSE);
	cr_assert(t.refused == 4 && t.refusal == 7);
}
