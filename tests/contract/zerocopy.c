/* SPDX-License-Identifier: MIT */
/* Sends without copying, for backends that can. On loopback the kernel copies
 * all the same, and says so. */
#include "fixture.h"
#include "ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FROM 500

static uint8_t in[DATAGRAM_MAX_V6];

/* n datagrams that arrive together; with each a number. */
static void ask(int fd, uint32_t n, uint32_t bytes)
{
	uint8_t data[2000];

	for (uint32_t i = 0; i < n; i++) {
		fill_pattern(data, bytes, i);
		client_send(fd, data, bytes);
	}
}

static void expect(int fd, uint32_t n, uint32_t bytes)
{
	uint8_t data[2000];

	for (uint32_t i = 0; i < n; i++) {
		fill_pattern(data, bytes, i);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == bytes);
		cr_assert(memcmp(in, data, bytes) == 0, "reply %u", i);
	}
}

/* All completions are there when a receive has found nothing. */
static void settle(struct fixture *f)
{
	cr_assert(fixture_turn(f, 1, handle_echo, NULL) == 0);
}

Test(zerocopy, of_what_is_long_enough_is_counted)
{
	struct fixture f;
	uint64_t sends;
	int fd;

	fixture_open(&f, &(struct fixture_options){
				 .zerocopy_from = FROM, .segments_max = 1});
	fd = client_open(&f, NULL, false);
	ask(fd, 20, FROM - 1);
	fixture_serve(&f, 20, handle_echo, NULL);
	expect(fd, 20, FROM - 1);
	settle(&f);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_SENDS) == 0);
	ask(fd, 20, FROM);
	fixture_serve(&f, 20, handle_echo, NULL);
	expect(fd, 20, FROM);
	settle(&f);
	sends = fixture_count(&f, COUNTER_ZEROCOPY_SENDS);
	cr_assert(sends == 20, "%lu sends", sends);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_COPIED) == 20);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_PENDING) == 0);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_DECLINED) == 0);
	close(fd);
	fixture_close(&f);
}

/* All slots at once, after a trial with what sends may pin besides; where that
 * is refused, each send pins its own. */
Test(zerocopy, registers_what_may_be_locked)
{
	const struct ring_call *trial = ring_calls, *undo = trial + 1,
			       *slots = trial + 2;
	struct fixture f;

	fixture_open(&f, &(struct fixture_options){.zerocopy_from = FROM});
	cr_assert(ring_call_count > 0 && trial->buffers == 2);
	cr_assert(!getenv("LOCKS_NONE") || trial->error);
	cr_assert(ring_call_count == (trial->error ? 1 : 3));
	if (!trial->error) {
		cr_assert(undo->buffers == 0 && !undo->error);
		cr_assert(slots->buffers == 1);
	}
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_REGISTERED) ==
		  (!trial->error && !slots->error));
	fixture_close(&f);
}

/* Then nothing else can be registered, and each send pins its own. */
Test(zerocopy, goes_on_if_the_trial_cannot_be_undone)
{
	struct fixture f;
	int fd;

	ring_unregister_refused = -EINTR;
	fixture_open(&f, &(struct fixture_options){.zerocopy_from = FROM});
	cr_assert(ring_call_count == (ring_calls[0].error ? 1 : 2));
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_REGISTERED) == 0);
	fd = client_open(&f, NULL, false);
	ask(fd, 1, FROM);
	fixture_serve(&f, 1, handle_echo, NULL);
	expect(fd, 1, FROM);
	close(fd);
	fixture_close(&f);
}

Test(zerocopy, is_not_prepared_without_need)
{
	struct fixture f;

	unsetenv("ZEROCOPY_FROM");
	fixture_open(&f, &(struct fixture_options){0});
	cr_assert(ring_call_count == 0);
	fixture_close(&f);
}

/* It takes a slot each time, until there would be none. */
Test(zerocopy, goes_on_for_ever)
{
	const uint32_t rounds = 200;
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){.zerocopy_from = FROM});
	fd = client_open(&f, NULL, false);
	for (uint32_t i = 0; i < rounds; i++) {
		ask(fd, FIXTURE_BATCH, 600 + i);
		fixture_serve(&f, FIXTURE_BATCH, handle_echo, NULL);
		expect(fd, FIXTURE_BATCH, 600 + i);
	}
	settle(&f);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_SENDS) +
			  fixture_count(&f, COUNTER_ZEROCOPY_DECLINED) >=
		  rounds);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_SENDS) > 0);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_COPIED) ==
		  fixture_count(&f, COUNTER_ZEROCOPY_SENDS));
	close(fd);
	fixture_close(&f);
}

/* A datagram has room for 17 pages, and each of these lies in another. */
Test(zerocopy, is_left_where_the_pages_are_too_many)
{
	struct fixture f;
	int fd;

	fixture_open(&f,
		&(struct fixture_options){.zerocopy_from = FROM, .batch = 32});
	fd = client_open(&f, NULL, false);
	ask(fd, 20, 1000);
	fixture_serve(&f, 20, handle_echo, NULL);
	expect(fd, 20, 1000);
	settle(&f);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_DECLINED) == 1);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_SENDS) == 0);
	close(fd);
	fixture_close(&f);
}

/* Longer than a datagram can be, on purpose. */
static void enlarge(struct train *t, void *arg)
{
	handle_echo(t, arg);
	t->reply_bytes = t->reply_segment_bytes = 65530;
}

/* The kernel calls copied what it has not sent at all. */
Test(zerocopy, that_failed_is_not_counted_as_copied)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){.zerocopy_from = FROM});
	fd = client_open(&f, NULL, false);
	client_send(fd, in, 10);
	fixture_serve(&f, 1, enlarge, NULL);
	cr_assert(f.batch.messages[0].error == -EMSGSIZE);
	settle(&f);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_SENDS) == 0);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_COPIED) == 0);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_DECLINED) == 1);
	close(fd);
	fixture_close(&f);
}

/* Messages that share a slot, since a train was too long for one: it is free
 * when the kernel is done with both. */
Test(zerocopy, of_one_train_in_two_messages_loses_no_slot)
{
	static uint8_t data[10 * 1000];
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){
				 .zerocopy_from = FROM, .segments_max = 5});
	if (!f.backend.ops->gro) {
		fixture_close(&f);
		cr_skip_test("trains do not arrive whole");
	}
	fd = client_open(&f, NULL, false);
	fill_pattern(data, sizeof(data), 1);
	for (uint32_t i = 0; i < 100; i++) {
		cr_assert(client_send_train(fd, data, sizeof(data), 1000));
		fixture_serve(&f, 10, handle_echo, NULL);
		for (uint32_t k = 0; k < 10; k++) {
			cr_assert(client_receive(fd, in, sizeof(in), NULL) ==
				  1000);
			cr_assert(memcmp(in, data + k * 1000, 1000) == 0);
		}
	}
	settle(&f);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_SENDS) == 200);
	cr_assert(fixture_count(&f, COUNTER_ZEROCOPY_DECLINED) == 0);
	close(fd);
	fixture_close(&f);
}
