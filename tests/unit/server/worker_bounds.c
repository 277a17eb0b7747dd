/* SPDX-License-Identifier: MIT */
/* What a worker learns from a refused train. */
#include "over_mem.h"

#include <errno.h>

static struct counters counters;
static uint8_t bytes[3 * 1400];

static uint64_t count(enum counter_id id)
{
	return counter_get(&counters, id);
}

/* Two peers take turns, in 5 batches of 8 trains: 4 of each peer's, which are
 * one message where they may be coupled. Those to the first are refused. */
static void run_refused(int error)
{
	struct mem_train two[2] = {
		{.data = bytes, .bytes = sizeof(bytes), .segment_bytes = 1400},
		{.data = bytes, .bytes = sizeof(bytes), .segment_bytes = 1400},
	};
	struct mem_script script = {.trains = two,
		.train_count = 2,
		.repeat = 20,
		.recv_error = -ENODATA,
		.refuse_error = error};
	struct worker_config config = over_mem("echo", &script, &counters);

	config.segments_max = TRAIN_SEND_SEGMENTS;
	allow_loopback();
	two[0].peer = script.refuse_peer = peer("127.0.0.1:40000");
	two[1].peer = peer("127.0.0.2:40000");
	cr_assert(run_worker(&(struct worker){0}, &config) == -ENODATA);
	cr_assert(count(COUNTER_ANSWERED_DATAGRAMS) == 2 * 20 * 3);
	cr_assert(count(COUNTER_GSO_REFUSED) == 1);
}

Test(worker_bounds, of_one_path_do_not_affect_other_peers)
{
	run_refused(-EMSGSIZE);
	cr_assert(count(COUNTER_TX_TRAINS) == 1 + 5);
}

/* As by IPsec, which the way to one peer may lead through. */
Test(worker_bounds, of_a_path_without_trains_do_not_affect_others)
{
	run_refused(-EIO);
	cr_assert(count(COUNTER_TX_TRAINS) == 1 + 5);
}

/* Coupled trains of 50 are refused as of more than every kernel takes. */
Test(worker_bounds, of_a_kernel_are_not_those_of_a_path)
{
	static uint8_t data[50];
	struct mem_train two[2] = {
		{.data = data, .bytes = 50, .segment_bytes = 1},
		{.data = data, .bytes = 50, .segment_bytes = 1},
	};
	struct mem_script script = {.trains = two,
		.train_count = 2,
		.repeat = 20,
		.recv_error = -ENODATA,
		.refuse_error = -EINVAL,
		.refuse_above = TRAIN_SEND_SEGMENTS};
	struct worker_config config = over_mem("echo", &script, &counters);

	config.segments_max = TRAIN_RECEIVE_SEGMENTS;
	allow_loopback();
	two[0].peer = two[1].peer = script.refuse_peer =
		peer("127.0.0.1:40000");
	cr_assert(run_worker(&(struct worker){0}, &config) == -ENODATA);
	cr_assert(count(COUNTER_ANSWERED_DATAGRAMS) == 20 * 100);
	/* Of the first batch, whose 400 replies are three trains of 128. */
	cr_assert(count(COUNTER_GSO_REFUSED) == 3);
	cr_assert(count(COUNTER_SOCKET_SEGMENTS) == TRAIN_SEND_SEGMENTS);
	cr_assert(count(COUNTER_TX_TRAINS) == count(COUNTER_TX_MESSAGES));
	cr_assert(count(COUNTER_TX_TRAINS) > 20 * 100 / TRAIN_SEND_SEGMENTS);
}
