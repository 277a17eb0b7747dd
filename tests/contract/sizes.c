/* SPDX-License-Identifier: MIT */
/* Datagrams of every size pass whole, from the empty one to the largest. */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

static uint8_t out[DATAGRAM_MAX_V6], in[DATAGRAM_MAX_V6 + 1];

static void echo_one(struct fixture *f, int fd, uint32_t bytes)
{
	fill_pattern(out, bytes, bytes);
	client_send(fd, out, bytes);
	fixture_serve(f, 1, handle_echo, NULL);
	cr_assert(f->batch.trains[0].bytes == bytes);
	cr_assert(!f->batch.trains[0].truncated);
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == bytes, "%u bytes",
		bytes);
	cr_assert(memcmp(out, in, bytes) == 0, "%u bytes", bytes);
}

static const uint32_t sizes[] = {
	0, 1, 512, 1472, 1473, 3800, 4000, 8900, 9000, 65507};

/* Those that fit the device did not go another way. shorter: by how much
 * the header is than that of IPv6. */
static void check_ways(const struct fixture *f, uint32_t shorter)
{
	uint32_t others = 0;

	if (!f->share)
		return;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		others += sizes[i] > f->in_order_most + shorter;
	cr_assert(fixture_count(f, COUNTER_XDP_STACK) == others);
}

Test(sizes, pass_whole_on_ipv4)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		echo_one(&f, fd, sizes[i]);
	check_ways(&f, 20);
	close(fd);
	fixture_close(&f);
}

Test(sizes, pass_whole_on_ipv6)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){.bind = "[::1]:0"});
	fd = client_open(&f, NULL, false);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		echo_one(&f, fd, sizes[i]);
	check_ways(&f, 0);
	echo_one(&f, fd, DATAGRAM_MAX_V6);
	close(fd);
	fixture_close(&f);
}

Test(sizes, of_zero_arrive_in_a_row_and_between_others)
{
	static const uint32_t row[] = {0, 0, 0, 5, 0, 7, 0, 0};
	const uint32_t n = sizeof(row) / sizeof(row[0]);
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (int turn = 0; turn < 10; turn++) {
		for (uint32_t i = 0; i < n; i++)
			client_send(fd, out, row[i]);
		fixture_serve(&f, n, handle_echo, NULL);
		for (uint32_t i = 0; i < n; i++)
			cr_assert(client_receive(fd, in, sizeof(in), NULL) ==
				  row[i]);
	}
	cr_assert(client_is_silent(fd));
	if (strcmp(f.backend.ops->name, "uring") == 0)
		cr_assert(fixture_count(&f, COUNTER_REARM_ZERO) > 0);
	close(fd);
	fixture_close(&f);
}

struct seen {
	bool truncated;
	uint32_t bytes, segments;
};

static void look(struct train *t, void *arg)
{
	*(struct seen *)arg =
		(struct seen){t->truncated, t->bytes, t->segments};
}

Test(sizes, above_the_slot_are_seen_to_be_truncated)
{
	struct fixture f;
	struct seen seen;
	int fd;

	fixture_open(&f, &(struct fixture_options){.slot_bytes = 1000});
	fd = client_open(&f, NULL, false);
	client_send(fd, out, 1000);
	fixture_serve(&f, 1, look, &seen);
	cr_assert(!seen.truncated && seen.bytes == 1000);
	client_send(fd, out, 1001);
	fixture_serve(&f, 1, look, &seen);
	cr_assert(seen.truncated && seen.bytes == 1000);
	client_send(fd, out, 10);
	fixture_serve(&f, 1, look, &seen);
	cr_assert(!seen.truncated && seen.bytes == 10);
	close(fd);
	fixture_close(&f);
}

Test(sizes, of_a_truncated_train_count_all_of_its_datagrams)
{
	struct fixture f;
	struct seen seen;
	int fd;

	fixture_open(&f, &(struct fixture_options){.slot_bytes = 1000});
	if (!f.got.gro)
		cr_skip_test("this backend receives no trains");
	fd = client_open(&f, NULL, false);
	cr_assert(client_send_train(fd, out, 4000, 100));
	fixture_serve(&f, 40, look, &seen);
	cr_assert(seen.truncated && seen.bytes == 1000 && seen.segments == 40);
	close(fd);
	fixture_close(&f);
}

/* What a server does not look at, it need not copy: all else is as ever. */
static void take_heads(uint32_t head)
{
	static const uint32_t row[] = {0, 1, 100, 1000, 0, 65507};
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){
				 .slot_bytes = head, .head_only = true});
	fd = client_open(&f, NULL, false);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct train *t = &f.batch.trains[0];
		uint32_t least = row[i] < head ? row[i] : head;

		fill_pattern(out, row[i], row[i]);
		client_send(fd, out, row[i]);
		fixture_serve(&f, 1, look, &(struct seen){0});
		cr_assert(!t->truncated && t->bytes == row[i]);
		cr_assert(t->copied >= least && t->copied <= t->bytes);
		cr_assert(memcmp(t->data, out, least) == 0);
	}
	close(fd);
	fixture_close(&f);
}

Test(sizes, are_told_of_datagrams_whose_head_alone_is_copied)
{
	take_heads(100);
}

Test(sizes, are_told_of_datagrams_of_which_nothing_is_copied)
{
	take_heads(0);
}

Test(sizes, of_a_train_of_which_nothing_is_copied_are_told)
{
	struct fixture f;
	struct seen seen;
	int fd;

	fixture_open(&f, &(struct fixture_options){.head_only = true});
	if (!f.got.gro)
		cr_skip_test("this backend receives no trains");
	fd = client_open(&f, NULL, false);
	cr_assert(client_send_train(fd, out, 4050, 100));
	fixture_serve(&f, 41, look, &seen);
	cr_assert(!seen.truncated && seen.bytes == 4050 && seen.segments == 41);
	cr_assert(f.batch.trains[0].segment_bytes == 100);
	close(fd);
	fixture_close(&f);
}

static void answer_three(struct train *t, void *arg)
{
	(void)arg;
	memcpy(t->data, "yes", 3);
	t->verdict = VERDICT_ANSWER;
	t->reply_bytes = t->reply_segment_bytes = 3;
	t->reply_segments = 1;
}

Test(sizes, of_replies_do_not_depend_on_what_is_copied)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){.head_only = true});
	fd = client_open(&f, NULL, false);
	for (int turn = 0; turn < 3 * FIXTURE_BATCH; turn++) {
		client_send(fd, out, 1400);
		fixture_serve(&f, 1, answer_three, NULL);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 3);
		cr_assert(memcmp(in, "yes", 3) == 0);
	}
	if (strcmp(f.backend.ops->name, "uring") == 0)
		cr_assert(fixture_count(&f, COUNTER_REARM_ZERO) == 0);
	close(fd);
	fixture_close(&f);
}
