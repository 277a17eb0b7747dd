/* SPDX-License-Identifier: MIT */
/* The worker's loop and its counting, over the mem backend. */
#include "over_mem.h"

#include "core/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct counters counters;
static uint64_t replies, reply_bytes;

static void record(void *arg, const struct message *m)
{
	(void)arg;
	replies += m->segments;
	reply_bytes += m->bytes;
}

/* Runs a worker over the script until it ends with -ENODATA. */
static void run(const char *service, struct mem_script *script, bool trains)
{
	struct worker_config config = over_mem(service, script, &counters);

	config.segments_max = trains ? TRAIN_SEND_SEGMENTS : 1;
	script->record = record;
	script->recv_error = -ENODATA;
	cr_assert(run_worker(&(struct worker){0}, &config) ==
		  (script->send_error ? script->send_error : -ENODATA));
}

/* A worker that nothing comes for, and what it did until it was told to end. */
struct idle {
	struct worker worker;
	uint64_t spin_ns;
	struct mem_script script;
	bool comes; /* a datagram, at the receive in the middle */
	unsigned receives, waits;
	uint64_t published;
};

#define IDLE_RECEIVES 1000

static void look_on(void *arg, int timeout_ms)
{
	struct idle *idle = arg;

	idle->waits += timeout_ms != 0;
	idle->receives++;
	if (idle->comes && idle->receives == IDLE_RECEIVES / 2)
		idle->script.train_count = 1;
	if (idle->receives == IDLE_RECEIVES - 2)
		worker_order(&idle->worker, ORDER_PUBLISH);
	if (idle->receives == IDLE_RECEIVES)
		worker_order(&idle->worker, ORDER_STOP);
	idle->published = counter_get(&counters, COUNTER_PUBLISHED);
}

static void run_idle(struct idle *idle)
{
	const struct mem_train train = {
		.data = "x", .bytes = 1, .peer = peer("127.0.0.1:40000")};
	struct worker_config config =
		over_mem("echo", &idle->script, &counters);

	idle->script = (struct mem_script){
		.trains = &train, .receive = look_on, .receive_arg = idle};
	config.spin_ns = idle->spin_ns;
	cr_assert(run_worker(&idle->worker, &config) == 0);
}

static uint64_t count(enum counter_id id)
{
	return counter_get(&counters, id);
}

TestSuite(worker, .init = allow_loopback);

static uint8_t bytes[65507];

Test(worker, answers_and_counts_every_datagram)
{
	struct mem_train trains[] = {
		{.data = bytes, .bytes = 640, .segment_bytes = 10},
		{.data = bytes, .bytes = 95, .segment_bytes = 10},
		{.data = bytes, .bytes = 0},
		{.data = bytes, .bytes = 65507},
	};
	struct mem_script script = {
		.trains = trains, .train_count = 4, .repeat = 7};

	for (int i = 0; i < 4; i++)
		trains[i].peer = peer("127.0.0.1:40000");
	run("echo", &script, true);
	cr_assert(count(COUNTER_RX_DATAGRAMS) == 7 * (64 + 10 + 1 + 1));
	cr_assert(count(COUNTER_RX_TRAINS) == 28);
	cr_assert(count(COUNTER_RX_EMPTY) == 7);
	cr_assert(count(COUNTER_RX_BYTES) == 7 * (640 + 95 + 65507));
	cr_assert(count(COUNTER_ANSWERED_DATAGRAMS) == replies);
	cr_assert(replies == 7 * 76);
	cr_assert(reply_bytes == 7 * (640 + 95 + 65507));
	assert_all_accounted_for(&counters);
}

Test(worker, counts_how_long_trains_were_and_how_many_a_receive_brought)
{
	/* The bounds of a step are in it: 1, 2, 3 to 4, ... 65 to 128. */
	static const uint32_t segments[] = {1, 2, 3, 4, 5, 64, 65, 128};
	struct mem_train trains[8];
	struct mem_script script = {
		.trains = trains, .train_count = 8, .repeat = 3};

	for (int i = 0; i < 8; i++)
		trains[i] = (struct mem_train){.data = bytes,
			.bytes = 10 * segments[i],
			.segment_bytes = 10,
			.peer = peer("127.0.0.1:40000")};
	run("discard", &script, true);
	cr_assert(count(COUNTER_RX_TRAINS_OF_1) == 3);
	cr_assert(count(COUNTER_RX_TRAINS_OF_2) == 3);
	cr_assert(count(COUNTER_RX_TRAINS_OF_4) == 6);
	cr_assert(count(COUNTER_RX_TRAINS_OF_8) == 3);
	cr_assert(count(COUNTER_RX_TRAINS_OF_16) == 0);
	cr_assert(count(COUNTER_RX_TRAINS_OF_64) == 3);
	cr_assert(count(COUNTER_RX_TRAINS_OF_128) == 6);
	cr_assert(
		sum(&counters, COUNTER_RX_TRAINS_OF_1,
			COUNTER_RX_TRAINS_OF_128) == count(COUNTER_RX_TRAINS));
	cr_assert(count(COUNTER_RX_BATCHES_OF_8) == 3);
	cr_assert(sum(&counters, COUNTER_RX_BATCHES_OF_1,
			  COUNTER_RX_BATCHES_OF_1024) ==
		  count(COUNTER_RX_BATCHES));
}

Test(worker, with_trains_off_sends_each_reply_alone)
{
	struct mem_train train = {.data = bytes,
		.bytes = 1280,
		.segment_bytes = 10,
		.peer = peer("127.0.0.1:40000")};
	struct mem_script script = {.trains = &train, .train_count = 1};

	run("echo", &script, false);
	cr_assert(count(COUNTER_TX_MESSAGES) == 128);
	cr_assert(count(COUNTER_TX_TRAINS) == 0);
	assert_all_accounted_for(&counters);
}

Test(worker, absorbs_if_the_service_does_not_answer)
{
	struct mem_train train = {.data = bytes,
		.bytes = 640,
		.segment_bytes = 10,
		.peer = peer("192.0.2.1:53")};
	struct mem_script script = {
		.trains = &train, .train_count = 1, .repeat = 100};

	run("discard", &script, true);
	cr_assert(count(COUNTER_ABSORBED_DATAGRAMS) == 6400);
	cr_assert(count(COUNTER_TX_MESSAGES) == 0);
	assert_all_accounted_for(&counters);
}

Test(worker, does_not_answer_a_truncated_train)
{
	struct mem_train trains[] = {
		{.data = bytes, .bytes = 64, .truncated = true},
		{.data = bytes, .bytes = 64},
	};
	struct mem_script script = {.trains = trains, .train_count = 2};

	trains[0].peer = trains[1].peer = peer("127.0.0.1:40000");
	run("echo", &script, true);
	cr_assert(count(COUNTER_TRUNCATED) == 1);
	cr_assert(replies == 1);
	assert_all_accounted_for(&counters);
}

Test(worker, counts_a_reply_that_failed_by_its_cause)
{
	struct mem_train trains[] = {
		{.data = bytes, .bytes = 30, .segment_bytes = 10},
		{.data = bytes, .bytes = 20},
		{.data = bytes, .bytes = 40},
	};
	struct mem_script script = {.trains = trains,
		.train_count = 3,
		.fail_at = 1,
		.fail_error = -EPERM};

	for (int i = 0; i < 3; i++)
		trains[i].peer = peer("127.0.0.1:40000");
	run("echo", &script, true);
	cr_assert(count(COUNTER_SEND_FAILED_DENIED) == 3);
	cr_assert(replies == 2);
	assert_all_accounted_for(&counters);
}

Test(worker, ends_with_the_error_of_a_broken_send)
{
	struct mem_train train = {
		.data = bytes, .bytes = 20, .peer = peer("127.0.0.1:40000")};
	struct mem_script script = {
		.trains = &train, .train_count = 1, .send_error = -EBADF};

	run("echo", &script, true);
}

Test(worker, balances_if_service_and_guard_both_refuse)
{
	uint8_t mixed[4 * 64];
	struct probe p = {.magic = PROBE_REQUEST, .run = 1};
	struct mem_train trains[2] = {
		{.data = mixed, .bytes = sizeof(mixed), .segment_bytes = 64},
		{.data = mixed, .bytes = sizeof(mixed), .segment_bytes = 64},
	};
	struct mem_script script = {.trains = trains, .train_count = 2};

	memset(mixed, 0, sizeof(mixed));
	probe_write(mixed + 64, 64, &p);
	probe_write(mixed + 192, 64, &p);
	trains[0].peer = peer("127.0.0.1:40000");
	trains[1].peer = peer("127.0.0.1:1000");
	run("reflect", &script, true);
	cr_assert(count(COUNTER_REFUSED_NOT_PROBE) == 4);
	cr_assert(count(COUNTER_REFUSED_LOW_PORT) == 2);
	cr_assert(replies == 2);
	assert_all_accounted_for(&counters);
}

/* Short requests, long ones, and ones of which two are length's own text. */
static void run_length(const char *source)
{
	static uint8_t own[4 * 22];
	struct mem_train trains[] = {
		{.data = bytes, .bytes = 30, .segment_bytes = 10},
		{.data = bytes, .bytes = 90, .segment_bytes = 30},
		{.data = own, .bytes = sizeof(own), .segment_bytes = 22},
		{.data = bytes, .bytes = 0},
	};
	struct mem_script script = {.trains = trains, .train_count = 4};

	memcpy(own, "Your data was 18 bytes", 22);
	memcpy(own + 66, "Your data was 22 bytes", 22);
	for (int i = 0; i < 4; i++)
		trains[i].peer = peer(source);
	run("length", &script, true);
}

Test(worker, sends_strangers_no_more_than_they_sent)
{
	run_length("203.0.113.1:40000");
	cr_assert(count(COUNTER_REFUSED_AMPLIFICATION) == 3 + 1);
	cr_assert(count(COUNTER_REFUSED_OWN_TEXT) == 2);
	cr_assert(replies == 3 + 2);
	cr_assert(reply_bytes == 5 * 22);
	assert_all_accounted_for(&counters);
}

Test(worker, sends_more_to_allowed_sources)
{
	run_length("127.0.0.1:40000");
	cr_assert(count(COUNTER_REFUSED_AMPLIFICATION) == 0);
	cr_assert(count(COUNTER_REFUSED_OWN_TEXT) == 2);
	cr_assert(replies == 3 + 3 + 2 + 1);
	cr_assert(reply_bytes == 8 * 22 + 21);
	assert_all_accounted_for(&counters);
}

Test(worker, answers_neither_replies_nor_possible_replies)
{
	struct mem_train trains[] = {
		{.data = bytes, .bytes = 90, .segment_bytes = 30, .ttl = 191},
		{.data = bytes, .bytes = 30, .ttl = 128},
		{.data = bytes, .bytes = 30, .ttl_unknown = true},
	};

	for (int i = 0; i < 3; i++)
		trains[i].peer = peer("127.0.0.1:40000");
	run("echo", &(struct mem_script){.trains = trains, .train_count = 3},
		true);
	cr_assert(count(COUNTER_REFUSED_UDPMILL_REPLY) == 3);
	cr_assert(count(COUNTER_REFUSED_NO_TTL) == 1);
	cr_assert(replies == 1);
	assert_all_accounted_for(&counters);
}

static void run_marked(bool marks)
{
	const struct mem_train train = {.data = bytes,
		.bytes = 30,
		.segment_bytes = 10,
		.tos = 3,
		.ttl = 7,
		.peer = peer("127.0.0.1:40000")};
	const struct mem_script script = {.trains = &train,
		.train_count = 1,
		.repeat = 20,
		.recv_error = -ENODATA};
	struct worker_config config = over_mem("discard", &script, &counters);

	config.marks = marks;
	cr_assert(run_worker(&(struct worker){0}, &config) == -ENODATA);
	cr_assert(count(COUNTER_RX_DATAGRAMS) == 60);
}

Test(worker, counts_marks_if_they_are_read)
{
	run_marked(true);
	cr_assert(count(COUNTER_RX_ECN_CE) == 60);
	cr_assert(count(COUNTER_RX_TTL_HOPS) == 60 * 7);
	cr_assert(count(COUNTER_RX_TTL_CHANGES) == 0);
}

Test(worker, counts_no_marks_if_they_are_not_read)
{
	run_marked(false);
	cr_assert(count(COUNTER_RX_ECN_CE) == 0);
	cr_assert(count(COUNTER_RX_TTL_HOPS) == 0);
}

Test(worker, never_waits_if_it_spins)
{
	struct idle idle = {.spin_ns = SPIN_ALWAYS};

	run_idle(&idle);
	cr_assert(idle.waits == 0);
}

Test(worker, always_waits_if_it_does_not_spin)
{
	struct idle idle = {.spin_ns = 0};

	run_idle(&idle);
	cr_assert(idle.waits == idle.receives);
}

Test(worker, sees_orders_at_the_next_turn_if_it_spins)
{
	struct idle idle = {.spin_ns = SPIN_ALWAYS};

	run_idle(&idle);
	/* At its start, when ordered to, and at its end. */
	cr_assert(idle.published == 2 && count(COUNTER_PUBLISHED) == 3);
	cr_assert(idle.receives == IDLE_RECEIVES);
}

Test(worker, sleeps_once_a_spin_was_too_long)
{
	struct idle idle = {.spin_ns = 1};

	run_idle(&idle);
	cr_assert(count(COUNTER_SPINS_FAILED) == 1);
	cr_assert(count(COUNTER_SPINS_SUCCEEDED) == 0);
	cr_assert(idle.waits < idle.receives);
	/* One receive begins the spin, and a later one ends it. */
	cr_assert(idle.waits > idle.receives - 100);
}

Test(worker, counts_a_spin_that_a_datagram_ended)
{
	struct idle idle = {.spin_ns = UINT64_MAX / 4, .comes = true};

	run_idle(&idle);
	cr_assert(count(COUNTER_SPINS_FAILED) == 0);
	cr_assert(count(COUNTER_SPINS_SUCCEEDED) == 1);
	cr_assert(idle.waits == 0);
	cr_assert(count(COUNTER_ANSWERED_DATAGRAMS) == 1);
}
