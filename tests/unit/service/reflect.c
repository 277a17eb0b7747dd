/* SPDX-License-Identifier: MIT */
/* All cases of reflect, and the few of echo and discard. */
#include "core/probe.h"
#include "service/registry.h"
#include "service/service.h"

#include <criterion/criterion.h>
#include <string.h>

static uint8_t data[TRAIN_ROOM];
static struct train train;
static struct service reflect;
static const struct service_config config = {.worker = 5};

static void handle(uint32_t bytes, uint32_t segment_bytes)
{
	struct batch b = {.trains = &train,
		.count = 1,
		.capacity = 1,
		.received_ns = 777};

	train = (struct train){.data = data};
	train_shape(&train, bytes, segment_bytes);
	reflect.ops->handle(reflect.self, &b);
}

static void put_of(uint32_t at, uint32_t bytes, uint64_t sequence)
{
	struct probe p = {
		.magic = PROBE_REQUEST, .run = 9, .sequence = sequence};

	probe_write(data + at, bytes, &p);
}

static void put(uint32_t at, uint64_t sequence)
{
	put_of(at, 64, sequence);
}

static void set_up(void)
{
	cr_assert(
		service_open(&reflect, service_find("reflect"), &config) == 0);
	memset(data, 0, sizeof(data));
}

static void tear_down(void)
{
	service_close(&reflect);
	service_close(&reflect);
}

TestSuite(reflect, .init = set_up, .fini = tear_down);

Test(reflect, fills_in_when_and_where_and_as_which_it_came)
{
	struct probe_receive r;
	struct probe p;

	for (uint64_t i = 0; i < 3; i++)
		put((uint32_t)i * 64, i);
	handle(192, 64);
	cr_assert(train.verdict == VERDICT_ANSWER);
	cr_assert(train.reply_segments == 3 && train.reply_bytes == 192 &&
		  train.reply_segment_bytes == 64);
	for (uint32_t i = 0; i < 3; i++) {
		cr_assert(probe_read(data + i * 64, 64, &p));
		cr_assert(p.magic == PROBE_REPLY && p.sequence == i);
		cr_assert(probe_read_receive(data + i * 64, 64, &r));
		cr_assert(
			r.received_ns == 777 && r.order == i && r.worker == 5);
	}
}

Test(reflect, refuses_what_is_no_probe)
{
	handle(64, 0);
	cr_assert(train.verdict == VERDICT_REFUSE);
	cr_assert(train.refusal == COUNTER_REFUSED_NOT_PROBE);
	put(0, 1);
	handle(PROBE_BYTES - 1, 0);
	cr_assert(train.verdict == VERDICT_REFUSE);
	handle(0, 0);
	cr_assert(train.verdict == VERDICT_REFUSE);
	put(0, 1);
	data[20] ^= 1;
	handle(64, 0);
	cr_assert(train.verdict == VERDICT_REFUSE);
}

Test(reflect, never_answers_a_reply)
{
	put(0, 1);
	handle(64, 0);
	cr_assert(train.verdict == VERDICT_ANSWER);
	handle(64, 0);
	cr_assert(train.verdict == VERDICT_REFUSE);
	cr_assert(train.refusal == COUNTER_REFUSED_REPLY);
}

Test(reflect, closes_the_gaps_of_what_it_refused)
{
	struct probe p;

	put(64, 1);
	put(192, 3);
	handle(4 * 64 + 40, 64);
	cr_assert(train.refused == 3 && train.reply_segments == 2);
	cr_assert(train.reply_bytes == 128 && train.reply_segment_bytes == 64);
	cr_assert(probe_read(data, 64, &p) && p.sequence == 1);
	cr_assert(probe_read(data + 64, 64, &p) && p.sequence == 3);
}

/* Only the short last one is a probe: a train of one, and short. */
Test(reflect, of_the_short_last_one_alone_is_a_lone_reply)
{
	put_of(128, 40, 2);
	handle(128 + 40, 64);
	cr_assert(train.refused == 2 && train.reply_segments == 1);
	cr_assert(train.reply_bytes == 40 && train.reply_segment_bytes == 40);
}

static void handle_as(const char *name, uint32_t bytes, uint32_t segment_bytes)
{
	struct batch b = {.trains = &train, .count = 1, .capacity = 1};

	train = (struct train){.data = data};
	train_shape(&train, bytes, segment_bytes);
	service_find(name)->handle(NULL, &b);
}

Test(echo, answers_a_train_with_itself)
{
	static const struct {
		uint32_t bytes, segment_bytes, segments;
	} cases[] = {{0, 0, 1}, {1, 0, 1}, {95, 10, 10}, {65507, 1024, 64}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		handle_as("echo", cases[i].bytes, cases[i].segment_bytes);
		cr_assert(train.verdict == VERDICT_ANSWER);
		cr_assert(train.reply_bytes == cases[i].bytes);
		cr_assert(train.reply_segments == cases[i].segments);
		cr_assert(train.reply_segment_bytes == train.segment_bytes);
	}
}

Test(discard, absorbs)
{
	handle_as("discard", 100, 10);
	cr_assert(train.verdict == VERDICT_ABSORB && train.refused == 0);
}
