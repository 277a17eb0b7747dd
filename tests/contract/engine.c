/* SPDX-License-Identifier: MIT */
/* The contract of the generator's engines, over loopback: $ENGINE names the
 * engine under test. The test is the peer. */
#include "load/engine/engine.h"
#include "core/clock.h"
#include "load/engine/registry.h"
#include "net/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKETS 40
#define MS      1000000u

static struct engine engine;
static int peer = -1, fds[SOCKETS];
static void *links[SOCKETS];
static uint32_t count;
static union address address;
static unsigned filled;

static void fill(void *arg, uint8_t *slot)
{
	memset(slot, *(const int *)arg, TRAIN_ROOM);
	filled++;
}

static int open_socket(const struct socket_config *c, union address *bound)
{
	struct socket_obtained got;
	char why[256];
	int fd = socket_open(c, &got, why, sizeof(why));

	cr_assert(fd >= 0, "%s", why);
	if (bound)
		*bound = got.bound;
	return fd;
}

static void open_peer(void)
{
	const struct socket_config c = {
		.bind.in = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.nonblock = true,
		.rcvbuf = 4 << 20,
	};

	peer = open_socket(&c, &address);
}

static void add(uint32_t i)
{
	const struct socket_config c = {
		.remote = address, .gro = true, .errors = true};

	fds[i] = open_socket(&c, NULL);
	cr_assert(
		engine.ops->add(engine.self, fds[i], &fds[i], &links[i]) == 0);
}

static void begin(uint32_t sockets)
{
	static int letter = 'f';
	const struct engine_ops *ops = engine_find(getenv("ENGINE"));
	const struct engine_config c = {
		.sockets = sockets,
		.slot_bytes = TRAIN_ROOM,
		.fill = fill,
		.fill_arg = &letter,
	};

	cr_assert(ops, "no engine %s", getenv("ENGINE"));
	open_peer();
	cr_assert(engine_open(&engine, ops, &c) == 0);
	count = sockets;
	for (uint32_t i = 0; i < sockets; i++)
		add(i);
}

static void end(void)
{
	engine_close(&engine);
	for (uint32_t i = 0; i < count; i++)
		close(fds[i]);
	close(peer);
}

TestSuite(engine, .fini = end);

static uint32_t lend(struct engine_message *m, uint32_t n)
{
	return engine.ops->lend(engine.self, m, n);
}

static int send_all(const struct engine_message *m, uint32_t n)
{
	return engine.ops->send(engine.self, m, n);
}

static int receive(struct engine_arrivals *in, uint64_t timeout_ns)
{
	return engine.ops->recv(engine.self, in, timeout_ns);
}

/* One datagram of one letter over one socket. */
static void say(uint32_t i, char letter, uint32_t bytes)
{
	struct engine_message m = {
		.link = links[i], .bytes = bytes, .segments = 1};

	cr_assert(lend(&m, 1) == 1);
	memset(m.data, letter, bytes);
	cr_assert(send_all(&m, 1) == 1);
}

/* What the peer has got, sent back to where it came from: its bytes, or -1. */
static ssize_t echo(void)
{
	static uint8_t data[65536];
	union address from;
	socklen_t length = sizeof(from);
	ssize_t n = recvfrom(peer, data, sizeof(data), 0, &from.sa, &length);

	if (n >= 0)
		cr_assert(sendto(peer, data, (size_t)n, 0, &from.sa, length) ==
			  n);
	return n;
}

Test(engine, sends_datagrams_of_any_length)
{
	static const uint32_t sizes[] = {0, 1, 64, 1472, 9000, 65507};
	struct engine_arrivals in;

	begin(1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		say(0, 'a', sizes[i]);
		cr_assert(echo() == (ssize_t)sizes[i]);
		cr_assert(receive(&in, 0) == 1 && in.count == 1);
		cr_assert(in.owner == &fds[0]);
		cr_assert(in.at[0].bytes == sizes[i]);
		cr_assert(in.at[0].segment_bytes == sizes[i]);
		cr_assert(sizes[i] == 0 || in.at[0].data[sizes[i] - 1] == 'a');
	}
}

Test(engine, fills_each_slot_once_and_keeps_what_is_in_it)
{
	struct engine_message m[ENGINE_MESSAGES] = {0};

	begin(1);
	cr_assert(filled >= ENGINE_MESSAGES);
	for (unsigned round = 0; round < 3; round++) {
		uint32_t n = lend(m, ENGINE_MESSAGES);

		cr_assert(n > 0);
		for (uint32_t i = 0; i < n; i++) {
			cr_assert(m[i].data[0] == 'f' && m[i].data[100] == 'f');
			m[i].link = links[0];
			m[i].bytes = 8;
			m[i].segments = 1;
		}
		cr_assert(send_all(m, n) == (int)n);
		while (n-- > 0)
			cr_assert(echo() == 8);
	}
}

Test(engine, sends_in_order_over_several_sockets)
{
	struct engine_message m[6] = {0};
	uint8_t data[16];

	begin(3);
	cr_assert(lend(m, 6) == 6);
	for (uint32_t i = 0; i < 6; i++) {
		m[i].link = links[i / 2];
		m[i].bytes = 1;
		m[i].segments = 1;
		m[i].data[0] = (uint8_t)('a' + i);
	}
	cr_assert(send_all(m, 6) == 6);
	for (uint32_t i = 0; i < 6; i++) {
		cr_assert(recv(peer, data, sizeof(data), 0) == 1);
		cr_assert(data[0] == 'a' + i);
	}
}

Test(engine, sends_a_train_as_it_is_cut)
{
	struct engine_message m = {.segments = 3, .segment_bytes = 100};
	uint8_t data[512];

	begin(1);
	m.link = links[0];
	m.bytes = 250;
	cr_assert(lend(&m, 1) == 1);
	cr_assert(send_all(&m, 1) == 1);
	cr_assert(recv(peer, data, sizeof(data), 0) == 100);
	cr_assert(recv(peer, data, sizeof(data), 0) == 100);
	cr_assert(recv(peer, data, sizeof(data), 0) == 50);
	/* And what follows it, where it is cut no more. */
	say(0, 'a', 300);
	cr_assert(recv(peer, data, sizeof(data), 0) == 300);
}

Test(engine, sends_from_memory_that_is_not_its_own)
{
	static uint8_t foreign[] = "foreign";
	struct engine_message m = {
		.data = foreign, .bytes = sizeof(foreign), .segments = 1};

	begin(1);
	if (!(engine.ops->can & ENGINE_FOREIGN))
		cr_skip_test("it cannot");
	m.link = links[0];
	cr_assert(send_all(&m, 1) == 1);
	cr_assert(echo() == sizeof(foreign));
}

Test(engine, receives_a_train_as_one)
{
	int segment = 100;
	uint8_t data[350];
	union address from;
	socklen_t length = sizeof(from);
	struct engine_arrivals in;

	begin(1);
	say(0, 'a', 1);
	cr_assert(
		recvfrom(peer, data, sizeof(data), 0, &from.sa, &length) == 1);
	cr_assert(setsockopt(peer, IPPROTO_UDP, UDP_SEGMENT, &segment,
			  sizeof(segment)) == 0);
	cr_assert(sendto(peer, data, sizeof(data), 0, &from.sa, length) ==
		  sizeof(data));
	cr_assert(receive(&in, 0) == 1);
	cr_assert(in.at[0].bytes == 350 && in.at[0].segment_bytes == 100);
}

static void each_has_its_turn(uint32_t sockets)
{
	struct engine_arrivals in;
	unsigned turns[SOCKETS] = {0}, rest = sockets;

	begin(sockets);
	/* The first has far more than any other. */
	for (unsigned i = 0; i < 1000; i++) {
		say(0, 'a', 8);
		(void)echo();
	}
	for (uint32_t i = 1; i < sockets; i++) {
		say(i, 'b', 8);
		(void)echo();
	}
	for (unsigned i = 0; i < 6 * sockets && rest > 0; i++) {
		int n = receive(&in, 0);
		uint32_t who = (uint32_t)((int *)in.owner - fds);

		cr_assert(n > 0 && (uint32_t)n == in.count);
		for (int k = 0; k < n; k++)
			cr_assert(in.at[k].data[0] == (who ? 'b' : 'a'));
		rest -= turns[who]++ == 0;
	}
	cr_assert(rest == 0, "%u were not heard", rest);
}

Test(engine, gives_each_of_few_sockets_its_turn)
{
	each_has_its_turn(3);
}

Test(engine, gives_each_of_many_sockets_its_turn)
{
	each_has_its_turn(SOCKETS);
}

Test(engine, takes_all_that_came)
{
	struct engine_arrivals in;
	unsigned taken = 0;
	int n;

	begin(2);
	for (unsigned i = 0; i < 200; i++) {
		say(i % 2, 'a', 8);
		cr_assert(echo() == 8);
	}
	while ((n = receive(&in, 0)) > 0)
		taken += (unsigned)n;
	cr_assert(n == 0 && taken == 200, "%u", taken);
}

Test(engine, waits_no_longer_than_allowed)
{
	static const uint32_t sockets[] = {1, 2, SOCKETS};
	struct engine_arrivals in;

	for (size_t i = 0; i < sizeof(sockets) / sizeof(*sockets); i++) {
		uint64_t start_ns = clock_ns();

		begin(sockets[i]);
		cr_assert(receive(&in, 0) == 0 && in.count == 0);
		start_ns = clock_ns();
		cr_assert(receive(&in, 2 * MS) == 0);
		cr_assert(clock_ns() - start_ns >= 1 * MS);
		start_ns = clock_ns();
		cr_assert(receive(&in, ENGINE_IDLE_NS) == 0);
		cr_assert(clock_ns() - start_ns >= ENGINE_IDLE_NS / 2);
		if (i + 1 < sizeof(sockets) / sizeof(*sockets))
			end();
	}
}

Test(engine, reports_the_current_owner_of_a_socket)
{
	struct engine_arrivals in;
	int other;

	begin(2);
	engine.ops->own(engine.self, links[1], &other);
	say(1, 'a', 8);
	cr_assert(echo() == 8);
	cr_assert(receive(&in, 0) == 1 && in.owner == &other);
}

Test(engine, forgets_a_socket_that_is_removed)
{
	struct engine_arrivals in;

	begin(SOCKETS);
	for (uint32_t i = 0; i < SOCKETS; i++) {
		say(i, 'a', 8);
		cr_assert(echo() == 8);
	}
	cr_assert(receive(&in, 0) == 1);
	/* Those that it has been told of may be among them. */
	for (uint32_t i = 0; i < SOCKETS; i++)
		engine.ops->remove(engine.self, links[i]);
	cr_assert(receive(&in, 0) == 0);
	/* There is room for as many again. */
	for (uint32_t i = 0; i < SOCKETS; i++)
		cr_assert(engine.ops->add(engine.self, fds[i], &fds[i],
				  &links[i]) == 0);
	cr_assert(engine.ops->add(engine.self, fds[0], &fds[0], &links[0]) < 0);
}

Test(engine, reports_whose_datagram_was_refused)
{
	struct engine_arrivals in;
	struct engine_reports reports;

	begin(2);
	close(peer);
	say(1, 'a', 8);
	cr_assert(receive(&in, 0) == -ECONNREFUSED);
	cr_assert(in.owner == &fds[1]);
	engine.ops->reports(engine.self, links[1], &reports);
	cr_assert(reports.refused == 1 && reports.too_big == 0);
	engine.ops->reports(engine.self, links[1], &reports);
	cr_assert(reports.refused == 0);
	cr_assert(receive(&in, 0) == 0);
}

Test(engine, stops_at_what_fails_and_says_why)
{
	struct engine_message m[3] = {0};

	begin(2);
	cr_assert(lend(m, 3) == 3);
	for (uint32_t i = 0; i < 3; i++) {
		m[i].link = links[0];
		m[i].segments = 1;
		m[i].bytes = i == 1 ? 65535 : 8;
	}
	cr_assert(send_all(m, 3) == 1, "no IPv4 datagram is so long");
	cr_assert(send_all(m + 1, 2) == -EMSGSIZE);
	cr_assert(send_all(m + 2, 1) == 1);
	cr_assert(echo() == 8 && echo() == 8 && echo() < 0);
}
