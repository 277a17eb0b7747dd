/* SPDX-License-Identifier: MIT */
/* The contract of the generator's engines, over loopback: sockets and
 * receiving. */
#include "engine_fixture.h"

#include "core/clock.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/udp.h>
#include <unistd.h>

#define MS 1000000u

TestSuite(engine, .fini = engine_end);

static uint32_t open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	uint32_t n = 0;

	cr_assert(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

Test(engine, opens_as_many_descriptors_as_it_says)
{
	uint32_t before = open_descriptors(), after;

	/* Many, for which an engine may need an epoll. */
	engine_begin(ENGINE_SOCKETS);
	/* But for the sockets, and the peer. */
	after = open_descriptors() - ENGINE_SOCKETS - 1;
	cr_assert(after - before <= engine.ops->descriptors, "%u, and not %u",
		after - before, engine.ops->descriptors);
}

Test(engine, receives_a_train_as_one)
{
	int segment = 100;
	uint8_t data[350];
	union address from;

	engine_begin(1);
	engine_say(0, 'a', 1);
	cr_assert(engine_hear(data, sizeof(data), &from) == 1);
	cr_assert(setsockopt(engine_peer, IPPROTO_UDP, UDP_SEGMENT, &segment,
			  sizeof(segment)) == 0);
	cr_assert(sendto(engine_peer, data, sizeof(data), 0, &from.sa,
			  address_length(&from)) == sizeof(data));
	engine_receive_train(350, 100);
}

static void each_has_its_turn(uint32_t sockets)
{
	struct engine_arrivals in;
	unsigned turns[ENGINE_SOCKETS] = {0}, rest = sockets;

	engine_begin(sockets);
	/* The first has far more than any other. */
	for (unsigned i = 0; i < 1000; i++) {
		engine_say(0, 'a', 8);
		(void)engine_echo();
	}
	for (uint32_t i = 1; i < sockets; i++) {
		engine_say(i, 'b', 8);
		(void)engine_echo();
	}
	for (unsigned i = 0; i < 6 * sockets && rest > 0; i++) {
		int n = engine_receive(&in, 0);
		uint32_t who = (uint32_t)((int *)in.owner - engine_fds);

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
	each_has_its_turn(ENGINE_SOCKETS);
}

Test(engine, takes_all_that_came)
{
	struct engine_arrivals in;
	unsigned taken = 0;
	int n;

	engine_begin(2);
	for (unsigned i = 0; i < 200; i++) {
		engine_say(i % 2, 'a', 8);
		cr_assert(engine_echo() == 8);
	}
	while ((n = engine_receive(&in, 0)) > 0)
		taken += (unsigned)n;
	cr_assert(n == 0 && taken == 200, "%u", taken);
}

/* More than any ring of arrivals has places for, a few at a time. */
Test(engine, keeps_the_order_however_much_comes)
{
	struct engine_arrivals in;
	unsigned said = 0, taken = 0;

	engine_begin(1);
	while (said < 600) {
		for (unsigned i = 0; i < 7; i++) {
			engine_say(0, (char)('a' + said++ % 26), 8);
			cr_assert(engine_echo() == 8);
		}
		while (engine_receive(&in, 0) > 0)
			for (uint32_t k = 0; k < in.count; k++)
				cr_assert(in.at[k].data[0] ==
						  'a' + (char)(taken++ % 26),
					"number %u", taken);
	}
	cr_assert(taken == said, "%u of %u", taken, said);
}

Test(engine, waits_no_longer_than_allowed)
{
	static const uint32_t sockets[] = {1, 2, ENGINE_SOCKETS};
	struct engine_arrivals in;

	for (size_t i = 0; i < sizeof(sockets) / sizeof(*sockets); i++) {
		uint64_t start_ns = clock_ns();

		engine_begin(sockets[i]);
		cr_assert(engine_receive(&in, 0) == 0 && in.count == 0);
		start_ns = clock_ns();
		cr_assert(engine_receive(&in, 2 * MS) == 0);
		cr_assert(clock_ns() - start_ns >= 1 * MS);
		start_ns = clock_ns();
		cr_assert(engine_receive(&in, ENGINE_IDLE_NS) == 0);
		cr_assert(clock_ns() - start_ns >= ENGINE_IDLE_NS / 2);
		if (i + 1 < sizeof(sockets) / sizeof(*sockets))
			engine_end();
	}
}

Test(engine, reports_the_current_owner_of_a_socket)
{
	struct engine_arrivals in;
	int other;

	engine_begin(2);
	engine.ops->own(engine.self, engine_links[1], &other);
	engine_say(1, 'a', 8);
	cr_assert(engine_echo() == 8);
	cr_assert(engine_receive(&in, 0) == 1 && in.owner == &other);
}

Test(engine, forgets_a_socket_that_is_removed)
{
	struct engine_arrivals in;

	engine_begin(ENGINE_SOCKETS);
	for (uint32_t i = 0; i < ENGINE_SOCKETS; i++) {
		engine_say(i, 'a', 8);
		cr_assert(engine_echo() == 8);
	}
	cr_assert(engine_receive(&in, 0) == 1);
	/* Those that it has been told of may be among them. */
	for (uint32_t i = 0; i < ENGINE_SOCKETS; i++)
		engine.ops->remove(engine.self, engine_links[i]);
	cr_assert(engine_receive(&in, 0) == 0);
	/* There is room for as many again. */
	for (uint32_t i = 0; i < ENGINE_SOCKETS; i++)
		cr_assert(engine.ops->add(engine.self, engine_fds[i],
				  &engine_fds[i], &engine_links[i]) == 0);
	cr_assert(engine.ops->add(engine.self, engine_fds[0], &engine_fds[0],
			  &engine_links[0]) < 0);
}

Test(engine, reports_whose_datagram_was_refused)
{
	struct engine_arrivals in;
	struct engine_reports reports;

	engine_begin(2);
	close(engine_peer);
	engine_say(1, 'a', 8);
	cr_assert(engine_receive(&in, 0) == -ECONNREFUSED);
	cr_assert(in.owner == &engine_fds[1]);
	engine.ops->reports(engine.self, engine_links[1], &reports);
	cr_assert(reports.refused == 1 && reports.too_big == 0);
	engine.ops->reports(engine.self, engine_links[1], &reports);
	cr_assert(reports.refused == 0);
	cr_assert(engine_receive(&in, 0) == 0);
}
