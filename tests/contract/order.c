/* SPDX-License-Identifier: MIT */
/* Many datagrams, many peers: each gets its own replies, once, in order. */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

#define PEERS 5

static uint8_t in[DATAGRAM_MAX_V6];

static void send_number(int fd, uint32_t number, size_t bytes)
{
	uint8_t data[256] = {0};

	memcpy(data, &number, sizeof(number));
	client_send(fd, data, bytes);
}

static uint32_t receive_number(int fd)
{
	uint32_t number;

	cr_assert(client_receive(fd, in, sizeof(in), NULL) >= sizeof(number));
	memcpy(&number, in, sizeof(number));
	return number;
}

/* Receives numbers from the given one on, of 100 bytes each. Returns how many
 * came, at least one. */
static uint32_t count_numbers(int fd, uint32_t first)
{
	size_t bytes = client_receive(fd, in, sizeof(in), NULL);
	uint32_t number, n = 0;

	cr_assert(bytes > 0 && bytes % 100 == 0);
	for (size_t at = 0; at < bytes; at += 100, n++) {
		memcpy(&number, in + at, sizeof(number));
		cr_assert(number == first + n);
	}
	return n;
}

/* More than every pool inside: a loan that is not given back stops it. */
Test(order, holds_for_ten_times_the_pool_at_once)
{
	const uint32_t n = 10 * 4 * FIXTURE_BATCH;
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (int turn = 0; turn < 3; turn++) {
		for (uint32_t i = 0; i < n; i++)
			send_number(fd, i, 100);
		fixture_serve(&f, n, handle_echo, NULL);
		for (uint32_t i = 0; i < n; i++)
			cr_assert(receive_number(fd) == i);
	}
	cr_assert(client_is_silent(fd));
	if (strcmp(f.backend.ops->name, "uring") == 0)
		cr_assert(fixture_count(&f, COUNTER_REARM_NOBUFS) > 0);
	close(fd);
	fixture_close(&f);
}

Test(order, holds_for_ten_times_the_pool_in_turn)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (uint32_t i = 0; i < 10 * 4 * FIXTURE_BATCH; i++) {
		send_number(fd, i, 100);
		fixture_serve(&f, 1, handle_echo, NULL);
		cr_assert(receive_number(fd) == i);
	}
	close(fd);
	fixture_close(&f);
}

/* A backend may learn that datagrams come one by one; nothing is lost, and
 * nothing cut, when something else comes. */
Test(order, holds_when_single_datagrams_become_many_and_trains)
{
	const uint32_t alone = 50, many = 5 * FIXTURE_BATCH;
	uint64_t calls;
	struct fixture f;
	uint32_t number;
	int fd;

	fixture_open(&f, &(struct fixture_options){.ttl = true});
	fd = client_open(&f, NULL, true);
	for (uint32_t turn = 0; turn < 3; turn++) {
		for (uint32_t i = 0; i < alone; i++) {
			send_number(fd, i, 4 + i % 3);
			fixture_serve(&f, 1, handle_echo, NULL);
			cr_assert(receive_number(fd) == i);
		}
		client_send(fd, NULL, 0);
		fixture_serve(&f, 1, handle_echo, NULL);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 0);
		send_number(fd, 7, 200);
		cr_assert(client_send_train(fd, in, 3 * 4, 4));
		fixture_serve(&f, 4, handle_echo, NULL);
		cr_assert(receive_number(fd) == 7);
		for (uint32_t got = 0; got < 3 * 4;)
			got += client_receive(fd, in, sizeof(in), NULL);
		for (uint32_t i = 0; i < many; i++)
			send_number(fd, i, 100);
		calls = fixture_count(&f, COUNTER_RECV_CALLS);
		fixture_serve(&f, many, handle_echo, NULL);
		calls = fixture_count(&f, COUNTER_RECV_CALLS) - calls;
		for (number = 0; number < many;)
			number += count_numbers(fd, number);
	}
	cr_assert(client_is_silent(fd));
	if (f.backend.ops->gro) /* a batch a call, after some for one */
		cr_assert(calls < many / 2 + 4, "%lu calls", calls);
	close(fd);
	fixture_close(&f);
}

/* Odd numbers are answered, even ones are not. */
static void echo_odd(struct train *t, void *arg)
{
	uint32_t number;

	memcpy(&number, t->data, sizeof(number));
	if (number % 2)
		handle_echo(t, arg);
}

Test(order, holds_for_mixed_replies_and_drops_of_several_peers)
{
	const uint32_t n = 200;
	struct fixture f;
	int fd[PEERS];

	fixture_open(&f, &(struct fixture_options){0});
	for (int p = 0; p < PEERS; p++)
		fd[p] = client_open(&f, NULL, false);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t p = 0; p < PEERS; p++)
			send_number(fd[p], p * 1000 + i, 20 + i % 3 * 10);
	fixture_serve(&f, n * PEERS, echo_odd, NULL);
	for (uint32_t p = 0; p < PEERS; p++) {
		for (uint32_t i = 1; i < n; i += 2)
			cr_assert(receive_number(fd[p]) == p * 1000 + i);
		cr_assert(client_is_silent(fd[p]));
		close(fd[p]);
	}
	fixture_close(&f);
}

static void handle_poison(struct train *t, void *arg)
{
	handle_echo(t, arg);
}

static void skip_if_read_later(struct fixture *f)
{
	if (!f->zerocopy_from)
		return;
	fixture_close(f);
	cr_skip_test("the kernel may read a slot after send has returned");
}

/* When send returns, the kernel has copied every byte: whatever happens to the
 * slots and to the messages then, the replies are right. */
Test(order, of_bytes_is_kept_when_slots_are_overwritten_after_send)
{
	const uint32_t n = 50 * FIXTURE_BATCH;
	uint8_t expected[1000];
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	skip_if_read_later(&f);
	fd = client_open(&f, NULL, false);
	for (uint32_t i = 0; i < n; i++) {
		fill_pattern(expected, sizeof(expected), i);
		client_send(fd, expected, sizeof(expected));
	}
	for (uint32_t done = 0; done < n;) {
		uint32_t got = fixture_turn(&f, 1000, handle_poison, NULL);

		cr_assert(got > 0);
		done += got;
		for (uint32_t i = 0; i < f.batch.count; i++)
			memset(f.batch.trains[i].data, 0xee, 1000);
		memset(f.batch.messages, 0xee,
			f.batch.message_count * sizeof(*f.batch.messages));
	}
	for (uint32_t i = 0; i < n; i++) {
		fill_pattern(expected, sizeof(expected), i);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 1000);
		cr_assert(memcmp(in, expected, 1000) == 0, "reply %u", i);
	}
	close(fd);
	fixture_close(&f);
}

/* A trace of drawn sizes from drawn peers, each reply numbered by its bytes. */
static uint32_t play_trace(
	const char *backend, uint32_t most, uint64_t digest[PEERS])
{
	static const uint32_t sizes[] = {0, 1, 4, 64, 64, 64, 1400, 9000};
	struct fixture f;
	int fd[PEERS];
	uint32_t sent[PEERS] = {0}, x = 12345;

	fixture_open(&f, &(struct fixture_options){.backend = backend});
	if (most > f.in_order_most)
		most = f.in_order_most;
	for (int p = 0; p < PEERS; p++)
		fd[p] = client_open(&f, NULL, false);
	for (uint32_t i = 0; i < 600; i++) {
		uint32_t bytes, p;

		x = x * 1664525 + 1013904223;
		p = (x >> 16) % PEERS;
		bytes = sizes[(x >> 24) % 8];
		if (bytes > most)
			bytes = most;
		fill_pattern(in, bytes, i);
		client_send(fd[p], in, bytes);
		sent[p]++;
	}
	fixture_serve(&f, 600, handle_echo, NULL);
	for (int p = 0; p < PEERS; p++) {
		digest[p] = 14695981039346656037u;
		for (uint32_t i = 0; i < sent[p]; i++) {
			size_t n = client_receive(fd[p], in, sizeof(in), NULL);

			digest[p] = (digest[p] ^ n) * 1099511628211u;
			for (size_t k = 0; k < n; k++)
				digest[p] =
					(digest[p] ^ in[k]) * 1099511628211u;
		}
		cr_assert(client_is_silent(fd[p]));
		close(fd[p]);
	}
	fixture_close(&f);
	return most;
}

Test(order, and_bytes_of_a_trace_are_those_of_the_reference)
{
	uint64_t reference[PEERS], own[PEERS];

	uint32_t most = play_trace(NULL, UINT32_MAX, own);

	play_trace("recvfrom", most, reference);
	for (int p = 0; p < PEERS; p++)
		cr_assert(reference[p] == own[p], "peer %d", p);
}

/* Each reply of a batch goes to another peer, so none is coupled: the path of
 * lone datagrams. */
Test(order, of_lone_bytes_is_kept_when_slots_are_overwritten_after_send)
{
	uint8_t expected[1000];
	struct fixture f;
	int fd[FIXTURE_BATCH];

	fixture_open(&f, &(struct fixture_options){0});
	skip_if_read_later(&f);
	for (int p = 0; p < FIXTURE_BATCH; p++)
		fd[p] = client_open(&f, NULL, false);
	for (uint32_t round = 0; round < 50; round++) {
		uint32_t lone = 0, left = FIXTURE_BATCH;

		for (uint32_t p = 0; p < FIXTURE_BATCH; p++) {
			fill_pattern(expected, 1000, round * 100 + p);
			client_send(fd[p], expected, 1000);
		}
		while (left > 0) {
			uint32_t got =
				fixture_turn(&f, 1000, handle_echo, NULL);

			cr_assert(got > 0 && got <= left);
			left -= got;
			lone += f.batch.message_count;
			for (uint32_t i = 0; i < f.batch.count; i++)
				memset(f.batch.trains[i].data, 0xee, 1000);
		}
		cr_assert(lone == FIXTURE_BATCH);
		for (uint32_t p = 0; p < FIXTURE_BATCH; p++) {
			fill_pattern(expected, 1000, round * 100 + p);
			cr_assert(client_receive(fd[p], in, sizeof(in), NULL) ==
				  1000);
			cr_assert(memcmp(in, expected, 1000) == 0);
		}
	}
	for (int p = 0; p < FIXTURE_BATCH; p++)
		close(fd[p]);
	fixture_close(&f);
}
