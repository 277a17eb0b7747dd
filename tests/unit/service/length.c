/* SPDX-License-Identifier: MIT */
#include "service/registry.h"
#include "service/service.h"

#include "core/counters.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static uint8_t data[TRAIN_ROOM];
static struct train train;

static void handle(uint32_t bytes, uint32_t segment_bytes)
{
	struct batch b = {.trains = &train, .count = 1, .capacity = 1};

	train = (struct train){.data = data};
	train_shape(&train, bytes, segment_bytes);
	service_find("length")->handle(NULL, &b);
}

/* The same where only the first copied bytes were. */
static void handle_head(uint32_t bytes, uint32_t segment_bytes, uint32_t copied)
{
	struct batch b = {.trains = &train, .count = 1, .capacity = 1};

	train = (struct train){.data = data};
	train_shape(&train, bytes, segment_bytes);
	train_cut(&train, copied, true);
	service_find("length")->handle(NULL, &b);
}

/* The replies, apart, are what each request's size says. */
static void assert_replies(
	uint32_t segment_bytes, uint32_t whole, uint32_t last)
{
	uint32_t at = 0;
	char text[40];

	cr_assert(train.verdict == VERDICT_ANSWER);
	cr_assert(train.reply_segments == whole + (last != UINT32_MAX));
	for (uint32_t i = 0; i < train.reply_segments; i++) {
		uint32_t n = i < whole ? segment_bytes : last;
		uint32_t length = (uint32_t)snprintf(
			text, sizeof(text), "Your data was %u bytes", n);

		if (i + 1 < train.reply_segments)
			cr_assert(length == train.reply_segment_bytes);
		else
			cr_assert(length <= train.reply_segment_bytes);
		cr_assert(
			memcmp(data + at, text, length) == 0, "segment %u", i);
		at += length;
	}
	cr_assert(at == train.reply_bytes);
}

Test(length, tells_the_size_of_a_lone_datagram)
{
	static const uint32_t sizes[] = {
		0, 1, 9, 10, 18, 99, 100, 1472, 9999, 10000, 65507, 65527};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(data, 'x', sizeof(data));
		handle(sizes[i], 0);
		assert_replies(0, 0, sizes[i]);
	}
}

Test(length, tells_the_size_of_each_of_a_train)
{
	static const struct {
		uint32_t segment, count, last;
	} cases[] = {
		{1, 127, 1},
		{10, 63, 9},
		{10, 63, 10},
		{100, 5, 99},
		{1000, 20, 999},
		{64, 1, 1},
		{32000, 1, 100},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(data, 'x', sizeof(data));
		handle(cases[i].segment * cases[i].count + cases[i].last,
			cases[i].segment);
		assert_replies(cases[i].segment, cases[i].count, cases[i].last);
		cr_assert(train.refused == 0);
	}
}

Test(length, refuses_its_own_text)
{
	static const char *const own[] = {"Your data was 0 bytes",
		"Your data was 18 bytes", "Your data was 65527 bytes"};
	static const char *const other[] = {"Your data was  bytes",
		"Your data was 1x bytes", "Your data was 18 byte",
		"Your data was 18 bytes.", "your data was 18 bytes",
		"Your data was 123456 bytes", "Your data was "};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		memcpy(data, own[i], strlen(own[i]));
		handle((uint32_t)strlen(own[i]), 0);
		cr_assert(train.verdict == VERDICT_REFUSE, "%s", own[i]);
		cr_assert(train.refusal == COUNTER_REFUSED_OWN_TEXT);
		cr_assert(train.refused == 1);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		memcpy(data, other[i], strlen(other[i]));
		handle((uint32_t)strlen(other[i]), 0);
		cr_assert(train.verdict == VERDICT_ANSWER, "%s", other[i]);
	}
}

/* Two of three are own texts; the short last one is, or is not. */
Test(length, refuses_its_own_text_inside_a_train)
{
	memcpy(data, "Your data was 18 bytes", 22);
	memset(data + 22, 'x', 22);
	memcpy(data + 44, "Your data was 99 bytes", 22);
	memset(data + 66, 'x', 5);
	handle(71, 22);
	cr_assert(train.refused == 2);
	assert_replies(22, 1, 5);

	memset(data, 'x', 44);
	memcpy(data + 44, "Your data was 7 bytes", 21);
	handle(65, 22);
	cr_assert(train.refused == 1);
	assert_replies(22, 2, UINT32_MAX);
}

Test(length, needs_no_payload_to_tell_its_size)
{
	memset(data, 'x', sizeof(data));
	handle_head(65507, 0, 0);
	assert_replies(0, 0, 65507);
	handle_head(64 * 1000 + 7, 1000, 25);
	assert_replies(1000, 64, 7);
	handle_head(20, 0, 0);
	assert_replies(0, 0, 20);
	handle_head(26, 0, 0);
	assert_replies(0, 0, 26);
}

/* Unseen, these may be texts of a server that would answer, and so on. */
Test(length, refuses_unseen_what_has_the_length_of_its_own_text)
{
	memset(data, 'x', sizeof(data));
	for (uint32_t bytes = 21; bytes <= 25; bytes++) {
		handle_head(bytes, 0, 0);
		cr_assert(train.verdict == VERDICT_REFUSE);
		cr_assert(train.refusal == COUNTER_REFUSED_OWN_TEXT);
		handle_head(64 * bytes, bytes, 0);
		cr_assert(train.verdict == VERDICT_REFUSE);
		cr_assert(train.refused == 64);
	}
}

Test(length, judges_what_it_does_not_see_by_the_first_of_the_train)
{
	const char text[] = "Your data was 100 bytes";

	memset(data, 'x', sizeof(data));
	handle_head(64 * 23, 23, 25);
	assert_replies(23, 64, UINT32_MAX);
	memcpy(data, text, 23);
	handle_head(64 * 23 + 22, 23, 25);
	cr_assert(train.verdict == VERDICT_REFUSE);
	cr_assert(train.refused == 65);
}
