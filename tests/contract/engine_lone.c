/* SPDX-License-Identifier: MIT */
/* An engine may learn that replies come one by one. When they do no more, it
 * must take as many as before, and trains whole. */
#include "engine_fixture.h"

#include <criterion/criterion.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#define ALONE 50

static struct engine_arrivals in;
static int fd = -1;
static void *handle;

/* The peer is connected to the engine's only socket. */
static void begin(bool gro)
{
	struct socket_config c = {.gro = gro, .rcvbuf = 4 << 20};
	union address client;

	engine_begin_alone(&c.remote);
	fd = engine_open_socket(&c, &client);
	cr_assert(
		connect(engine_peer, &client.sa, address_length(&client)) == 0);
	cr_assert(engine.ops->add(engine.self, fd, &fd, &handle) == 0);
}

static void end(void)
{
	engine_end();
	close(fd);
}

TestSuite(engine_lone, .fini = end);

static int receive(void)
{
	return engine.ops->recv(engine.self, &in, 1000000000u);
}

/* The request is sent alone, too. */
static void one_by_one(void)
{
	static uint8_t data[ALONE];

	for (uint32_t i = 0; i < ALONE; i++) {
		struct engine_message m = {
			.link = handle, .bytes = i, .segments = 1};

		cr_assert(engine.ops->lend(engine.self, &m, 1) == 1);
		memset(m.data, (int)('a' + i % 26), i);
		cr_assert(engine.ops->send(engine.self, &m, 1) == 1);
		cr_assert(engine_hear(data, sizeof(data), NULL) == (ssize_t)i);
		cr_assert(send(engine_peer, data, i, 0) == (ssize_t)i);
		cr_assert(receive() == 1 && in.count == 1);
		cr_assert(in.at[0].bytes == i && in.at[0].segment_bytes == i);
		cr_assert(i == 0 || in.at[0].data[i - 1] == 'a' + i % 26);
	}
}

static void many(void)
{
	static const uint8_t data[8 * ENGINE_ARRIVALS];
	unsigned receives = 0;

	for (uint32_t i = 0; i < sizeof(data); i++)
		cr_assert(send(engine_peer, data, i, 0) == (ssize_t)i);
	for (unsigned got = 0; got < sizeof(data); receives++) {
		cr_assert(receive() > 0);
		for (uint32_t k = 0; k < in.count; k++, got++)
			cr_assert(in.at[k].bytes == got);
	}
	cr_assert(receives < sizeof(data) / 2, "%u receives", receives);
	cr_assert(engine_receive(&in, 0) == 0);
}

static void train(void)
{
	static const uint8_t data[350];
	int segment = 100;

	cr_assert(setsockopt(engine_peer, IPPROTO_UDP, UDP_SEGMENT, &segment,
			  sizeof(segment)) == 0);
	cr_assert(send(engine_peer, data, sizeof(data), 0) == sizeof(data));
	engine_receive_train(sizeof(data), 100);
}

Test(engine_lone, then_many)
{
	begin(true);
	one_by_one();
	many();
	one_by_one();
}

Test(engine_lone, then_many_without_gro)
{
	begin(false);
	one_by_one();
	many();
	one_by_one();
}

Test(engine_lone, then_a_train)
{
	begin(true);
	one_by_one();
	train();
}
