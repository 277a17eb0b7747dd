/* SPDX-License-Identifier: MIT */
/* Stages follow one another without a gap, and nothing is guessed. */
#include "load/stages/sample.h"

#include <criterion/criterion.h>

static const struct sample complete = {
	.asked = 1000,
	.sched = 1010,
	.sent = 1030,
	.received = 1100,
	.returned = 1600,
};

static struct histogram stages[STAGES];

static void record(const struct sample *s)
{
	for (int i = 0; i < STAGES; i++)
		histogram_init(&stages[i]);
	sample_record(s, stages);
}

Test(sample, stages_add_up_to_the_round_trip)
{
	struct sample s = complete;
	double sum = 0;

	record(&s);
	cr_assert(stages[STAGE_TO_QDISC].max == 10);
	cr_assert(stages[STAGE_TO_DRIVER].max == 20);
	cr_assert(stages[STAGE_PEER].max == 70);
	cr_assert(stages[STAGE_TO_APPLICATION].max == 500);
	for (int i = 0; i < STAGES_OF_ALL; i++)
		sum += stages[i].sum;
	cr_assert((uint64_t)sum == s.returned - s.asked);
}

Test(sample, without_one_of_its_stamps_is_not_whole)
{
	static const struct sample cases[] = {
		{0, 1010, 1030, 1100, 1600, 0, 0, 0},
		{1000, 0, 1030, 1100, 1600, 0, 0, 0},
		{1000, 1010, 0, 1100, 1600, 0, 0, 0},
		{1000, 1010, 1030, 0, 1600, 0, 0, 0},
		{1000, 1010, 1030, 1100, 0, 0, 0, 0},
	};
	struct sample whole = complete;

	cr_assert(sample_judge(&whole) == SAMPLE_WHOLE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(sample_judge(&cases[i]) == SAMPLE_MISSING, "case %zu",
			i);
}

Test(sample, with_a_stage_that_ends_before_it_began_is_negative)
{
	static const struct sample cases[] = {
		{1011, 1010, 1030, 1100, 1600, 0, 0, 0},
		{1000, 1031, 1030, 1100, 1600, 0, 0, 0},
		{1000, 1010, 1101, 1100, 1600, 0, 0, 0},
		{1000, 1010, 1030, 1601, 1600, 0, 0, 0},
	};
	struct sample empty = {1000, 1000, 1000, 1000, 1000, 0, 0, 0};

	cr_assert(sample_judge(&empty) == SAMPLE_WHOLE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(sample_judge(&cases[i]) == SAMPLE_NEGATIVE,
			"case %zu", i);
}

Test(sample, takes_the_first_queue_and_the_last_driver_of_stacked_devices)
{
	static const struct stamp stamps[] = {
		{STAMP_SCHED, 0, 1010, 0},
		{STAMP_SENT, 0, 1015, 0},
		{STAMP_SCHED, 0, 1020, 0},
		{STAMP_SENT, 0, 1030, 0},
		{STAMP_SENT, 0, 0, 555}, /* the device's own */
		{STAMP_NONE, 0, 1, 1},
		{STAMP_RECEIVED, 0, 2, 2},
	};
	struct sample s = {0};

	for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++)
		sample_add(&s, &stamps[i]);
	cr_assert(s.sched == 1010);
	cr_assert(s.sent == 1030);
	cr_assert(s.device_sent == 555);
	cr_assert(s.received == 0);
}

Test(sample, by_the_servers_clock_divides_the_peers_stage)
{
	struct sample s = complete;

	s.server = 1042;
	record(&s);
	cr_assert(stages[STAGE_REQUEST].max == 12);
	cr_assert(stages[STAGE_REPLY].max == 58);
}

Test(sample, by_a_servers_clock_that_is_not_ours_divides_nothing)
{
	static const uint64_t times[] = {0, 1029, 1101};

	for (int i = 0; i < 3; i++) {
		struct sample s = complete;

		s.server = times[i];
		record(&s);
		cr_assert(stages[STAGE_REQUEST].count == 0);
		cr_assert(stages[STAGE_REPLY].count == 0);
		cr_assert(stages[STAGE_PEER].count == 1);
	}
}

Test(sample, by_the_devices_clock_divides_the_peers_stage)
{
	struct sample s = complete;

	s.device_sent = 5;
	s.device_received = 65;
	record(&s);
	cr_assert(stages[STAGE_OUTSIDE].max == 60);
	cr_assert(stages[STAGE_INSIDE].max == 10);
}

Test(sample, by_a_device_that_cannot_be_right_divides_nothing)
{
	static const uint64_t times[][2] = {
		{0, 65},
		{5, 0},
		{65, 5},
		{5, 76},
	};

	for (int i = 0; i < 4; i++) {
		struct sample s = complete;

		s.device_sent = times[i][0];
		s.device_received = times[i][1];
		record(&s);
		cr_assert(stages[STAGE_OUTSIDE].count == 0, "case %d", i);
		cr_assert(stages[STAGE_INSIDE].count == 0, "case %d", i);
	}
}
