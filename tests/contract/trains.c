/* SPDX-License-Identifier: MIT */
/* Trains arrive as trains, and leave as trains. */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

static uint8_t out[DATAGRAM_MAX_V6], in[DATAGRAM_MAX_V6];

struct shape {
	uint32_t trains, datagrams, bytes, segment_bytes, segments;
};

static void look(struct train *t, void *arg)
{
	struct shape *s = arg;

	s->trains++;
	s->datagrams += t->segments;
	s->bytes = t->bytes;
	s->segment_bytes = t->segment_bytes;
	s->segments = t->segments;
	handle_echo(t, NULL);
}

static const struct {
	uint32_t segment, whole, last;
} shapes[] = {
	{100, 2, 0},
	{100, 10, 7},
	{1, 64, 0},
	{1472, 44, 0},
	{1000, 63, 999},
	{32000, 2, 0},
};

Test(trains, arrive_whole_and_go_back_whole)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (!f.got.gro)
		cr_skip_test("this backend receives no trains");
	fd = client_open(&f, NULL, true);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		uint32_t n = shapes[i].whole + (shapes[i].last > 0);
		uint32_t bytes =
			shapes[i].segment * shapes[i].whole + shapes[i].last;
		struct shape s = {0};
		uint32_t segment;

		fill_pattern(out, bytes, (uint32_t)i);
		cr_assert(client_send_train(
			fd, out, bytes, (uint16_t)shapes[i].segment));
		fixture_serve(&f, n, look, &s);
		cr_assert(s.trains == 1 && s.segments == n);
		cr_assert(s.segment_bytes == shapes[i].segment);
		cr_assert(s.bytes == bytes);
		cr_assert(
			client_receive(fd, in, sizeof(in), &segment) == bytes);
		cr_assert(segment == shapes[i].segment);
		cr_assert(memcmp(in, out, bytes) == 0);
	}
	close(fd);
	fixture_close(&f);
}

/* Sends a train of 128, as Linux takes since 6.9, which is answered by trains
 * of at most that many. */
static void go_back_by(uint32_t segments_max)
{
	struct fixture f;
	struct shape s = {0};
	uint32_t segment;
	int fd;

	fixture_open(
		&f, &(struct fixture_options){.segments_max = segments_max});
	if (!f.got.gro)
		cr_skip_test("this backend receives no trains");
	fd = client_open(&f, NULL, true);
	fill_pattern(out, 1280, 1);
	if (!client_send_train(fd, out, 1280, 10))
		cr_skip_test("this kernel sends no trains of 128");
	fixture_serve(&f, 128, look, &s);
	cr_assert(s.trains == 1 && s.segments == 128);
	for (uint32_t i = 0; i < 128 / segments_max; i++) {
		uint32_t bytes = segments_max * 10;

		cr_assert(
			client_receive(fd, in, sizeof(in), &segment) == bytes);
		cr_assert(segment == 10);
		cr_assert(memcmp(in, out + i * bytes, bytes) == 0);
	}
	close(fd);
	fixture_close(&f);
}

Test(trains, of_more_than_are_sent_go_back_in_two)
{
	go_back_by(64);
}

Test(trains, of_as_many_as_newer_kernels_take_go_back_whole)
{
	go_back_by(128);
}

Test(trains, arrive_separately_if_gro_is_off)
{
	struct fixture f;
	struct shape s = {0};
	int fd;

	fixture_open(&f, &(struct fixture_options){.no_gro = true});
	fd = client_open(&f, NULL, false);
	fill_pattern(out, 1000, 2);
	cr_assert(client_send_train(fd, out, 1000, 100));
	fixture_serve(&f, 10, look, &s);
	cr_assert(s.trains == 10 && s.datagrams == 10);
	for (int i = 0; i < 10; i++) {
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 100);
		cr_assert(memcmp(in, out + i * 100, 100) == 0);
	}
	close(fd);
	fixture_close(&f);
}

/* Requests that came one by one are answered by one message; the peer, who
 * takes no trains, gets each reply apart. */
Test(trains, are_made_of_replies_to_one_peer)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (!f.backend.ops->gro)
		cr_skip_test("this backend takes one datagram a batch");
	fd = client_open(&f, NULL, false);
	fill_pattern(out, FIXTURE_BATCH * 50, 3);
	for (int i = 0; i < FIXTURE_BATCH; i++)
		client_send(fd, out + i * 50, 50);
	cr_assert(fixture_turn(&f, 1000, handle_echo, NULL) == FIXTURE_BATCH);
	cr_assert(f.batch.message_count == 1);
	cr_assert(f.batch.messages[0].segments == FIXTURE_BATCH);
	cr_assert(f.batch.messages[0].sent_segments == FIXTURE_BATCH);
	for (int i = 0; i < FIXTURE_BATCH; i++) {
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 50);
		cr_assert(memcmp(in, out + i * 50, 50) == 0);
	}
	close(fd);
	fixture_close(&f);
}
