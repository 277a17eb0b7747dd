/* SPDX-License-Identifier: MIT */
/* What holds for a backend that opens a socket for each peer: none of this is
 * seen by a peer. */
#include "fixture.h"

#include "core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void open_connecting(struct fixture *f, struct fixture_options o)
{
	fixture_open(f, &o);
	if (f->connects)
		return;
	fixture_close(f);
	cr_skip_test("this backend opens no sockets");
}

static void look(struct fixture *f, struct socket_memory *m)
{
	cr_assert(f->backend.ops->look(f->backend.self, m) == 0);
}

static void ask(struct fixture *f, int fd)
{
	char in[8];

	client_send(fd, "abc", 3);
	fixture_serve(f, 1, handle_echo, NULL);
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == 3);
	cr_assert(memcmp(in, "abc", 3) == 0);
}

static void serve_peers(const char *bind)
{
	struct fixture f;
	int fd[20];

	open_connecting(&f, (struct fixture_options){.bind = bind});
	for (int i = 0; i < 20; i++) {
		fd[i] = client_open(&f, NULL, false);
		ask(&f, fd[i]);
	}
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 20);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_DATAGRAMS) == 0);
	for (int turn = 0; turn < 3; turn++)
		for (int i = 0; i < 20; i++)
			ask(&f, fd[i]);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 20);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_DATAGRAMS) == 60);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_STRAYS) == 0);
	for (int i = 0; i < 20; i++)
		close(fd[i]);
	fixture_close(&f);
}

Test(connected, sockets_serve_their_peers)
{
	serve_peers("127.0.0.1:0");
}

Test(connected, sockets_serve_their_peers_at_every_address)
{
	serve_peers("0.0.0.0:0");
}

Test(connected, sockets_serve_their_peers_at_every_address_of_ipv6)
{
	serve_peers("[::]:0");
}

/* Another source than the asked address must not be noticed by the peer. */
Test(connected, sockets_are_not_opened_where_replies_would_leave_elsewhere)
{
	struct fixture f;
	int fd;

	open_connecting(&f, (struct fixture_options){.bind = "0.0.0.0:0"});
	client_ask_at(&f, "127.0.0.2");
	fd = client_open(&f, "127.0.0.1:0", false);
	for (int i = 0; i < 5; i++)
		ask(&f, fd);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 0);
	close(fd);
	fixture_close(&f);
}

static uint32_t next;

static void follow(struct train *t, void *arg)
{
	uint32_t number;

	(void)arg;
	memcpy(&number, t->data, sizeof(number));
	cr_assert(number == next, "%u after %u", number, next);
	next++;
}

/* The first are queued at the unconnected socket when the other is opened. */
Test(connected, sockets_continue_in_order)
{
	struct fixture f;
	uint32_t sent = 0;
	int fd;

	open_connecting(&f, (struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	next = 0;
	for (int turn = 0; turn < 10; turn++) {
		for (int i = 0; i < 5 * FIXTURE_BATCH; i++, sent++)
			client_send(fd, &sent, sizeof(sent));
		fixture_turn(&f, 1000, follow, NULL);
	}
	fixture_serve(&f, sent - next, follow, NULL);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 1);
	close(fd);
	fixture_close(&f);
}

/* What it has is answered first, then what comes to the unconnected one. */
Test(connected, sockets_that_rest_are_closed_without_loss)
{
	struct fixture f;
	struct socket_memory m;
	uint32_t sent = 0;
	uint64_t end = clock_ns() + 10000000000u;
	int fd;

	open_connecting(&f, (struct fixture_options){.idle_ns = 1});
	fd = client_open(&f, NULL, false);
	next = 0;
	for (int turn = 0; turn < 20; turn++) {
		for (int i = 0; i < 3 * FIXTURE_BATCH; i++, sent++)
			client_send(fd, &sent, sizeof(sent));
		look(&f, &m);
		for (int i = 0; i < 3; i++, sent++)
			client_send(fd, &sent, sizeof(sent));
		fixture_turn(&f, 1000, follow, NULL);
		if (turn % 4 == 3)
			fixture_serve(&f, sent - next, follow, NULL);
	}
	while (fixture_count(&f, COUNTER_CONNECTED_CLOSED) <
		fixture_count(&f, COUNTER_CONNECTED_OPENED)) {
		cr_assert(clock_ns() < end, "they stay open");
		look(&f, &m);
		fixture_turn(&f, 1, follow, NULL);
	}
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) > 2);
	close(fd);
	fixture_close(&f);
}

/* Its address and port, for another client. */
static void own_name(int fd, char text[ADDRESS_TEXT])
{
	union address own;
	socklen_t n = sizeof(own);

	cr_assert(getsockname(fd, &own.sa, &n) == 0);
	address_format(&own, text);
}

/* An error that ICMP reports is no datagram, costs none, and ends nothing. */
Test(connected, sockets_outlive_their_peers)
{
	char name[ADDRESS_TEXT];
	struct fixture f;
	int fd, other;

	open_connecting(&f, (struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	other = client_open(&f, NULL, false);
	own_name(fd, name);
	for (int i = 0; i < 50; i++) {
		ask(&f, fd);
		client_send(fd, "gone", 4);
		client_send(fd, "gone", 4);
		close(fd);
		fixture_serve(&f, 2, handle_echo, NULL);
		ask(&f, other);
		fd = client_open(&f, name, false);
	}
	ask(&f, fd);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 2);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_REPORTS) +
			  fixture_count(&f, COUNTER_RECV_ERRORS) >
		  0);
	close(fd);
	close(other);
	fixture_close(&f);
}

static uint32_t failed;

static void count_failed(struct fixture *f)
{
	for (uint32_t i = 0; i < f->batch.message_count; i++)
		failed += f->batch.messages[i].segments -
			  f->batch.messages[i].sent_segments;
}

Test(connected, sockets_send_all_replies_to_a_peer_that_is_gone)
{
	struct fixture f;
	int fd;

	open_connecting(&f, (struct fixture_options){.segments_max = 1});
	fd = client_open(&f, NULL, false);
	ask(&f, fd);
	failed = 0;
	for (int i = 0; i < 5 * FIXTURE_BATCH; i++)
		client_send(fd, "gone", 4);
	close(fd);
	for (int got = 0; got < 5 * FIXTURE_BATCH;) {
		got += (int)fixture_turn(&f, 1000, handle_echo, NULL);
		count_failed(&f);
	}
	cr_assert(failed == 0, "%u failed", failed);
	/* A sendmmsg that stops half-way does not tell why. */
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_REPORTS) +
			  fixture_count(&f, COUNTER_SEND_SHORT) >
		  0);
	fixture_close(&f);
}

Test(connected, sockets_that_are_all_in_use_leave_others_to_the_unconnected_one)
{
	struct fixture f;
	int fd[20];

	open_connecting(&f, (struct fixture_options){.most = 4});
	for (int i = 0; i < 20; i++)
		fd[i] = client_open(&f, NULL, false);
	for (int turn = 0; turn < 3; turn++)
		for (int i = 0; i < 20; i++)
			ask(&f, fd[i]);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 4);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_FULL) > 0);
	for (int i = 0; i < 20; i++)
		close(fd[i]);
	fixture_close(&f);
}

Test(connected, sockets_that_cannot_be_opened_are_not_missed)
{
	struct rlimit limit, none;
	struct socket_memory m;
	struct fixture f;
	int fd;

	open_connecting(&f, (struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	cr_assert(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	none = (struct rlimit){3, limit.rlim_max};
	cr_assert(setrlimit(RLIMIT_NOFILE, &none) == 0);
	for (int i = 0; i < 5; i++)
		ask(&f, fd);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_FAILED) == 1);
	cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	look(&f, &m);
	ask(&f, fd);
	ask(&f, fd);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_OPENED) == 1);
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_DATAGRAMS) == 1);
	close(fd);
	fixture_close(&f);
}

static void absorb(struct train *t, void *arg)
{
	(void)t;
	(void)arg;
}

/* Also when that socket is closed. */
Test(connected, sockets_losses_are_counted)
{
	static uint8_t big[60000];
	struct fixture f;
	struct socket_memory m;
	uint32_t drops;
	int fd;

	open_connecting(&f, (struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	ask(&f, fd);
	ask(&f, fd);
	look(&f, &m);
	cr_assert(m.drops == 0);
	for (int i = 0; i < 1000; i++)
		client_send(fd, big, sizeof(big));
	look(&f, &m);
	drops = m.drops;
	cr_assert(drops > 0 && m.queued_bytes > sizeof(big));
	fixture_serve(&f, 1000 - drops, absorb, NULL);
	look(&f, &m);
	cr_assert(m.drops == drops);
	close(fd);
	fixture_close(&f);
}
