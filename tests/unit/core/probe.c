/* SPDX-License-Identifier: MIT */
#include "core/probe.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct probe sample = {
	.magic = PROBE_REQUEST,
	.run = 0x01020304,
	.flow = 7,
	.sequence = 0x1122334455667788,
	.sent_ns = 0x0102030405060708,
};

Test(probe, is_read_as_it_was_written)
{
	uint8_t data[PROBE_BYTES];
	struct probe p;

	probe_write(data, sizeof(data), &sample);
	cr_assert(probe_read(data, sizeof(data), &p));
	cr_assert(p.magic == sample.magic && p.run == sample.run &&
		  p.flow == sample.flow && p.sequence == sample.sequence &&
		  p.sent_ns == sample.sent_ns);
}

Test(probe, is_laid_out_big_endian_as_the_header_says)
{
	static const uint8_t head[] = "uml1\x01\x02\x03\x04\x00\x00\x00\x07";
	static const uint8_t tail[] = "\x11\x22\x33\x44\x55\x66\x77\x88"
				      "\x01\x02\x03\x04\x05\x06\x07\x08";
	uint8_t data[PROBE_BYTES];

	probe_write(data, sizeof(data), &sample);
	cr_assert(memcmp(data, head, 12) == 0);
	cr_assert(memcmp(data + 16, tail, 16) == 0);
}

Test(probe, with_any_one_bit_flipped_is_found_out)
{
	uint8_t data[PROBE_BYTES];
	struct probe p;

	for (unsigned bit = 0; bit < PROBE_BYTES * 8; bit++) {
		probe_write(data, sizeof(data), &sample);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert(!probe_read(data, sizeof(data), &p), "bit %u", bit);
	}
}

#define TRAIN 5
#define BYTES 48

static void write_one_by_one(uint8_t *data)
{
	struct probe p = sample;

	for (size_t i = 0; i < TRAIN; i++, p.sequence++)
		probe_write(data + i * BYTES, BYTES, &p);
}

Test(probe, of_a_train_is_written_as_one_alone)
{
	uint8_t alone[TRAIN * BYTES] = {0}, train[TRAIN * BYTES] = {0};

	write_one_by_one(alone);
	probe_write_train(train, BYTES, TRAIN, &sample);
	cr_assert(memcmp(alone, train, sizeof(alone)) == 0);
	probe_write_train(train + BYTES, BYTES, 0, &sample);
	cr_assert(memcmp(alone, train, sizeof(alone)) == 0);
}

Test(probe, of_a_train_matches_until_one_differs_in_any_bit)
{
	uint8_t data[TRAIN * BYTES] = {0};

	write_one_by_one(data);
	cr_assert(probe_match_train(data, BYTES, TRAIN, &sample) == TRAIN);
	cr_assert(probe_match_train(data, BYTES, TRAIN - 1, &sample) ==
		  TRAIN - 1);
	cr_assert(probe_match_train(data, BYTES, 0, &sample) == 0);
	for (size_t bit = 0; bit < 8 * sizeof(data); bit++) {
		size_t at = bit / 8;
		uint32_t right = at % BYTES < PROBE_BYTES
					 ? (uint32_t)(at / BYTES)
					 : TRAIN;

		data[at] ^= (uint8_t)(1 << bit % 8);
		cr_assert(
			probe_match_train(data, BYTES, TRAIN, &sample) == right,
			"bit %zu", bit);
		data[at] ^= (uint8_t)(1 << bit % 8);
	}
}

Test(probe, of_a_train_must_have_the_next_number_and_the_length)
{
	uint8_t data[TRAIN * BYTES] = {0};
	struct probe next = sample;

	write_one_by_one(data);
	next.sequence++;
	cr_assert(probe_match_train(data, BYTES, TRAIN, &next) == 0);
	cr_assert(probe_match_train(data + BYTES, BYTES, TRAIN - 1, &next) ==
		  TRAIN - 1);
	cr_assert(probe_match_train(data, BYTES + 1, 1, &sample) == 0);
	memcpy(data + BYTES, data, BYTES);
	cr_assert(probe_match_train(data, BYTES, TRAIN, &sample) == 1);
}

Test(probe, answered_is_a_reply_with_the_receive_side)
{
	const struct probe_receive in = {123456789, 42, 3};
	struct probe_receive out;
	uint8_t data[64] = {0};
	struct probe p;

	probe_write(data, sizeof(data), &sample);
	probe_answer(data, sizeof(data), &in);
	cr_assert(probe_read(data, sizeof(data), &p) && p.magic == PROBE_REPLY);
	cr_assert(p.sequence == sample.sequence && p.sent_ns == sample.sent_ns);
	cr_assert(probe_read_receive(data, sizeof(data), &out));
	cr_assert(out.received_ns == in.received_ns && out.order == in.order &&
		  out.worker == in.worker);
	data[40] ^= 1;
	cr_assert(!probe_read_receive(data, sizeof(data), &out));
}

Test(probe, too_short_for_the_receive_side_is_answered_without)
{
	const uint32_t bytes = PROBE_BYTES + PROBE_RECEIVE_BYTES - 1;
	const struct probe_receive in = {1, 2, 3};
	struct probe_receive out;
	uint8_t data[64];
	struct probe p;

	memset(data, 0xaa, sizeof(data));
	probe_write(data, bytes, &sample);
	probe_answer(data, bytes, &in);
	cr_assert(probe_read(data, bytes, &p) && p.magic == PROBE_REPLY);
	cr_assert(!probe_read_receive(data, bytes, &out));
	for (unsigned i = PROBE_BYTES; i < sizeof(data); i++)
		cr_assert(data[i] == 0xaa);
}

Test(probe, cut_short_or_made_longer_is_found_out)
{
	uint8_t data[64] = {0};
	struct probe p;

	probe_write(data, 48, &sample);
	for (uint32_t bytes = 0; bytes <= sizeof(data); bytes++)
		cr_assert(probe_read(data, bytes, &p) == (bytes == 48), "%u",
			bytes);
}
