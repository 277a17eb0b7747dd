/* SPDX-License-Identifier: MIT */
#include "core/couple.h"

#include "oracle/wire.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#define TRAINS     32
#define PEERS      6
#define LOCALS     3
#define SEED_COUNT 1000

static struct batch batch;
static union address peers[PEERS];
static struct local_address locals[LOCALS];
static uint8_t memory[TRAINS][TRAIN_ROOM];

static void make_batch(void)
{
	/* The last shares the first one's place in couple()'s table, on a
	 * little-endian host. */
	static const char *const texts[PEERS] = {"192.0.2.1:1000",
		"192.0.2.1:1001", "192.0.2.2:1000", "[2001:db8::1]:1000",
		"[::ffff:192.0.2.1]:1000", "193.0.2.1:744"};

	for (int i = 0; i < PEERS; i++)
		cr_assert(address_parse(&peers[i], texts[i]) == 0);
	locals[1] = (struct local_address){.family = AF_INET, .interface = 1};
	locals[1].v4.s_addr = htonl(INADDR_LOOPBACK);
	locals[2] = locals[1];
	locals[2].v4.s_addr = htonl(INADDR_LOOPBACK + 1);
	cr_assert(batch_init(&batch, TRAINS) == 0);
}

static void drop_batch(void)
{
	batch_fini(&batch);
}

TestSuite(couple, .init = make_batch, .fini = drop_batch);

/* A train that is answered by itself, the reply of segment_bytes each. */
static struct train *add(
	unsigned peer, unsigned local, uint32_t bytes, uint32_t segment_bytes)
{
	struct train *t = &batch.trains[batch.count];

	*t = (struct train){
		.data = memory[batch.count++],
		.peer = &peers[peer],
		.local = locals[local],
		.verdict = VERDICT_ANSWER,
	};
	train_shape(t, bytes, segment_bytes);
	t->reply_bytes = t->bytes;
	t->reply_segment_bytes = t->segment_bytes;
	t->reply_segments = t->segments;
	return t;
}

struct expected {
	uint32_t bytes, segment_bytes, segments, iov_count;
};

static void expect(const struct expected *e, uint32_t n)
{
	cr_assert(batch.message_count == n, "%u messages, not %u",
		batch.message_count, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct message *m = &batch.messages[i];

		cr_assert(m->bytes == e[i].bytes, "message %u", i);
		cr_assert(m->segment_bytes == e[i].segment_bytes, "message %u",
			i);
		cr_assert(m->segments == e[i].segments, "message %u", i);
		cr_assert(m->iov_count == e[i].iov_count, "message %u", i);
	}
}

#define EXPECT(...)                                                            \
	expect((const struct expected[]){__VA_ARGS__},                         \
		sizeof((const struct expected[]){__VA_ARGS__}) /               \
			sizeof(struct expected))

Test(couple, of_an_empty_batch_is_nothing)
{
	cr_assert(couple(&batch, 64) == 0);
	cr_assert(batch.message_count == 0);
}

Test(couple, joins_neighbours_of_one_size_to_one_peer)
{
	add(0, 0, 10, 0);
	add(0, 0, 10, 0);
	add(0, 0, 30, 10);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({50, 10, 5, 3});
	cr_assert(address_equal(batch.messages[0].peer, &peers[0]));
	for (int i = 0; i < 3; i++)
		cr_assert(batch.messages[0].iov[i].iov_base == memory[i]);
}

Test(couple, forgets_the_batch_before)
{
	add(0, 0, 10, 0);
	cr_assert(couple(&batch, 64) == 0);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({10, 10, 1, 1});
}

Test(couple, adds_to_existing_messages)
{
	add(0, 0, 10, 0);
	add(1, 0, 20, 0);
	add(0, 0, 10, 0);
	batch.count = 2;
	cr_assert(couple(&batch, 64) == 0);
	add(0, 0, 10, 0);
	add(0, 0, 10, 0);
	add(1, 0, 30, 10);
	cr_assert(couple_more(&batch, 2, 2) == 0);
	EXPECT({10, 10, 1, 1}, {20, 20, 1, 1}, {20, 10, 2, 2}, {20, 10, 2, 1},
		{10, 10, 1, 1});
	for (int i = 0; i < 2; i++)
		cr_assert(batch.messages[i].iov[0].iov_base == memory[i]);
	cr_assert(batch.messages[2].iov[1].iov_base == memory[3]);
	cr_assert(batch.messages[4].iov[0].iov_base == memory[4] + 20);
}

Test(couple, skips_trains_that_are_not_answered)
{
	add(0, 0, 10, 0);
	add(0, 0, 10, 0)->verdict = VERDICT_ABSORB;
	add(0, 0, 10, 0)->verdict = VERDICT_REFUSE;
	add(0, 0, 10, 0);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({20, 10, 2, 2});
	cr_assert(batch.messages[0].iov[1].iov_base == memory[3]);
}

Test(couple, joins_the_replies_of_peers_that_came_mixed)
{
	for (int i = 0; i < 4; i++) {
		add(0, 0, 10, 0);
		add(2, 0, 10, 0);
	}
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({40, 10, 4, 4}, {40, 10, 4, 4});
}

Test(couple, keeps_peers_apart_that_differ_in_anything)
{
	for (unsigned i = 0; i < PEERS; i++)
		add(i, 0, 10, 0);
	cr_assert(couple(&batch, 64) == 0);
	cr_assert(batch.message_count == PEERS);
}

Test(couple, keeps_local_addresses_apart)
{
	add(0, 1, 10, 0);
	add(0, 2, 10, 0);
	add(0, 0, 10, 0);
	batch.trains[batch.count - 1].local.interface = 2;
	cr_assert(couple(&batch, 64) == 0);
	cr_assert(batch.message_count == 3);
	for (int i = 0; i < 2; i++)
		cr_assert(batch.messages[i].local->v4.s_addr ==
			  locals[i + 1].v4.s_addr);
}

Test(couple, starts_a_new_message_if_the_size_changes)
{
	add(0, 0, 10, 0);
	add(0, 0, 20, 0);
	add(0, 0, 10, 0);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({10, 10, 1, 1}, {20, 20, 1, 1}, {10, 10, 1, 1});
}

Test(couple, closes_with_a_shorter_last)
{
	add(0, 0, 25, 10);
	add(0, 0, 10, 0);
	add(0, 0, 10, 0);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({25, 10, 3, 1}, {20, 10, 2, 2});
}

Test(couple, takes_a_train_with_a_shorter_last_at_the_end)
{
	add(0, 0, 10, 0);
	add(0, 0, 25, 10);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({35, 10, 4, 2});
}

Test(couple, sends_zero_length_replies_alone)
{
	add(0, 0, 0, 0);
	add(0, 0, 0, 0);
	add(0, 0, 10, 0);
	add(0, 0, 0, 0);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({0, 0, 1, 1}, {0, 0, 1, 1}, {10, 10, 1, 1}, {0, 0, 1, 1});
}

Test(couple, without_trains_makes_each_datagram_a_message)
{
	add(0, 0, 25, 10);
	add(0, 0, 10, 0);
	cr_assert(couple(&batch, 1) == 0);
	EXPECT({10, 10, 1, 1}, {10, 10, 1, 1}, {5, 10, 1, 1}, {10, 10, 1, 1});
}

Test(couple, splits_a_train_of_128_segments)
{
	add(0, 0, 1279, 10);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({640, 10, 64, 1}, {639, 10, 64, 1});
	cr_assert(batch.messages[1].iov[0].iov_base == memory[0] + 640);
}

Test(couple, fills_a_message_up_to_the_limit_of_segments)
{
	add(0, 0, 400, 10);
	add(0, 0, 400, 10);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({640, 10, 64, 2}, {160, 10, 16, 1});
}

Test(couple, fills_a_message_up_to_the_limit_of_bytes)
{
	/* 46 x 1400 = 64400, and one more would be 65800. */
	add(0, 0, 1400 * 40, 1400);
	add(0, 0, 1400 * 10, 1400);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({1400 * 46, 1400, 46, 2}, {1400 * 4, 1400, 4, 1});
}

Test(couple, sends_the_largest_datagrams_alone)
{
	add(0, 0, DATAGRAM_MAX_V4, 0);
	add(0, 0, DATAGRAM_MAX_V4, 0);
	add(3, 0, DATAGRAM_MAX_V6, 0);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({DATAGRAM_MAX_V4, DATAGRAM_MAX_V4, 1, 1},
		{DATAGRAM_MAX_V4, DATAGRAM_MAX_V4, 1, 1},
		{DATAGRAM_MAX_V6, DATAGRAM_MAX_V6, 1, 1});
}

Test(couple, takes_apart_a_train_whose_segments_are_too_large_to_join)
{
	/* Longer than a GSO send over IPv4 may be in all. */
	add(3, 0, 65535, 65520);
	cr_assert(couple(&batch, 64) == 0);
	EXPECT({65520, 65520, 1, 1}, {15, 65520, 1, 1});
}

Test(couple, counts_what_does_not_fit_and_opens_nothing_for_it)
{
	uint32_t room = batch.piece_capacity;

	add(0, 0, 50, 10);
	add(0, 0, 30, 10);
	batch.piece_capacity = 2;
	cr_assert(couple(&batch, 1) == 6);
	EXPECT({10, 10, 1, 1}, {10, 10, 1, 1});
	/* Pieces may run out while messages do not. */
	batch.count = 0;
	add(0, 0, 10, 0);
	add(0, 0, 10, 0);
	add(2, 0, 30, 10);
	cr_assert(couple(&batch, 64) == 3);
	EXPECT({20, 10, 2, 2});
	batch.piece_capacity = room;
}

/* Numbers of a seed (Knuth's MMIX), below a limit. */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*seed >> 33) % below);
}

static void draw_batch(uint64_t *seed)
{
	static const uint32_t sizes[] = {0, 1, 10, 10, 10, 24, 512, 1400, 9000};

	batch.count = 0;
	for (uint32_t n = draw(seed, TRAINS + 1); n > 0; n--) {
		uint32_t each = sizes[draw(seed, 9)];
		uint32_t segments = draw(seed, 3) ? 1 : 1 + draw(seed, 128);
		uint32_t bytes = each * segments;
		struct train *t;

		if (each > 1 && draw(seed, 3) == 0)
			bytes -= draw(seed, each);
		while (bytes > TRAIN_ROOM)
			bytes -= each;
		t = add(draw(seed, PEERS), draw(seed, LOCALS), bytes, each);
		if (draw(seed, 8) == 0)
			t->verdict = VERDICT_ABSORB;
		for (uint32_t i = 0; i < bytes; i++)
			t->data[i] = (uint8_t)draw(seed, 256);
	}
}

Test(couple, keeps_bytes_borders_and_order_of_any_batch)
{
	static const uint32_t limits[] = {1, 2, 16, TRAIN_SEND_SEGMENTS};

	for (uint64_t number = 1; number <= SEED_COUNT; number++) {
		uint32_t limit = limits[number % 4];
		uint64_t seed = number;
		const char *fault;

		draw_batch(&seed);
		cr_assert(couple(&batch, limit) == 0, "seed %llu",
			(unsigned long long)number);
		fault = wire_fault(&batch, limit);
		cr_assert(!fault, "seed %llu: %s", (unsigned long long)number,
			fault);
	}
}
