/* SPDX-License-Identifier: MIT */
/* TOS and TTL, traffic class and hop limit arrive as sent; and what happens to
 * control messages that do not fit. */
#include "fixture.h"

#include "core/reply_ttl.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EF_ECT_0 (46 << 2 | 2)

static uint8_t out[DATAGRAM_MAX_V6], in[256];

struct seen {
	uint32_t trains, segments;
	uint8_t tos[FIXTURE_BATCH], ttl[FIXTURE_BATCH];
	struct local_address local;
	bool truncated;
};

static void look(struct train *t, void *arg)
{
	struct seen *s = arg;

	cr_assert(s->trains < FIXTURE_BATCH);
	s->tos[s->trains] = t->tos;
	s->ttl[s->trains++] = t->ttl;
	s->segments = t->segments;
	s->local = t->local;
	s->truncated = t->truncated;
	handle_echo(t, NULL);
}

static void send_marked(struct fixture *f, uint8_t tos, uint8_t ttl)
{
	struct seen s = {0};
	int fd = client_open_marked(f, tos, ttl);

	client_send(fd, "hello", 5);
	fixture_serve(f, 1, look, &s);
	cr_assert(s.tos[0] == tos && s.ttl[0] == ttl, "%u/%u came as %u/%u",
		tos, ttl, s.tos[0], s.ttl[0]);
	cr_assert(!s.truncated);
	/* Where it was asked is told besides. */
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == 5);
	close(fd);
}

static void send_each_mark(const char *bind, const char *host)
{
	struct fixture f;

	fixture_open(
		&f, &(struct fixture_options){.bind = bind, .marks = true});
	client_ask_at(&f, host);
	send_marked(&f, EF_ECT_0, 37);
	send_marked(&f, 255, 255);
	send_marked(&f, 1, 1);
	fixture_close(&f);
}

Test(marks, are_those_of_ipv4)
{
	send_each_mark("127.0.0.1:0", "127.0.0.1");
}

Test(marks, are_those_of_ipv4_at_a_wildcard)
{
	send_each_mark("0.0.0.0:0", "127.0.0.2");
}

Test(marks, are_those_of_ipv6)
{
	send_each_mark("[::1]:0", "[::1]");
}

Test(marks, are_those_of_ipv6_at_a_dual_stack_wildcard)
{
	send_each_mark("[::]:0", "[::1]");
}

Test(marks, are_those_of_ipv4_at_a_dual_stack_wildcard)
{
	send_each_mark("[::]:0", "127.0.0.2");
}

/* As a server asks for it that tells replies from questions. */
static void send_each_ttl(const char *bind, const char *host)
{
	static const uint8_t ttls[] = {REPLY_TTL, 64, 255, 1};
	struct fixture f;

	for (int gro = 0; gro < 2; gro++) {
		fixture_open(
			&f, &(struct fixture_options){
				    .bind = bind, .ttl = true, .no_gro = !gro});
		client_ask_at(&f, host);
		for (size_t i = 0; i < sizeof(ttls); i++)
			send_marked(&f, 0, ttls[i]);
		fixture_close(&f);
	}
}

Test(marks, of_ttl_alone_are_those_of_ipv4)
{
	send_each_ttl("127.0.0.1:0", "127.0.0.1");
	send_each_ttl("0.0.0.0:0", "127.0.0.2");
}

Test(marks, of_ttl_alone_are_those_of_ipv6)
{
	send_each_ttl("[::1]:0", "[::1]");
	send_each_ttl("[::]:0", "[::1]");
}

Test(marks, of_ttl_alone_are_those_of_ipv4_at_a_dual_stack_wildcard)
{
	send_each_ttl("[::]:0", "127.0.0.2");
}

Test(marks, that_were_not_requested_are_absent)
{
	struct fixture f;
	struct seen s = {0};
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open_marked(&f, EF_ECT_0, 37);
	memset(f.batch.trains, 0xff, sizeof(*f.batch.trains));
	client_send(fd, "x", 1);
	fixture_serve(&f, 1, look, &s);
	cr_assert(s.tos[0] == 0 && s.ttl[0] == 0 && !s.truncated);
	close(fd);
	fixture_close(&f);
}

/* The most that one receive has to tell: size, address, TOS and TTL. */
static void send_train(const char *host)
{
	struct fixture f;
	struct seen s = {0};
	int fd;

	fixture_open(
		&f, &(struct fixture_options){.bind = "[::]:0", .marks = true});
	if (!f.got.gro) {
		fixture_close(&f);
		cr_skip_test("this backend receives no trains");
	}
	client_ask_at(&f, host);
	fd = client_open_marked(&f, EF_ECT_0, 37);
	fill_pattern(out, 1000, 1);
	cr_assert(client_send_train(fd, out, 1000, 100));
	fixture_serve(&f, 10, look, &s);
	cr_assert(s.trains == 1 && s.segments == 10 && !s.truncated);
	cr_assert(s.tos[0] == EF_ECT_0 && s.ttl[0] == 37);
	cr_assert(s.local.family != AF_UNSPEC);
	for (int i = 0; i < 10; i++) {
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 100);
		cr_assert(memcmp(in, out + i * 100, 100) == 0);
	}
	close(fd);
	fixture_close(&f);
}

Test(marks, of_a_train_of_ipv6_come_with_its_size_and_address)
{
	send_train("[::1]");
}

Test(marks, of_a_train_of_ipv4_come_with_its_size_and_address)
{
	send_train("127.0.0.1");
}

Test(marks, do_not_mix_in_a_batch)
{
	struct fixture f;
	struct seen s = {0};
	int fd[4];

	fixture_open(&f, &(struct fixture_options){.marks = true});
	for (uint8_t i = 0; i < 4; i++) {
		fd[i] = client_open_marked(&f, i, (uint8_t)(i + 1));
		client_send(fd[i], "x", 1);
	}
	fixture_serve(&f, 4, look, &s);
	for (int i = 0; i < 4; i++) {
		cr_assert(s.tos[i] == i && s.ttl[i] == i + 1);
		close(fd[i]);
	}
	fixture_close(&f);
}

/* More control messages than the backend was told of: of a dual-stack socket's
 * address only a part has room behind a time, and may not be taken for one. */
Test(marks, that_were_cut_make_a_train_truncated)
{
	struct fixture f;
	struct seen s = {0};
	int fd, on = 1;

	fixture_open(&f, &(struct fixture_options){.bind = "[::]:0"});
	if (f.share) {
		fixture_close(&f);
		cr_skip_test("a frame has no control messages");
	}
	fd = client_open(&f, NULL, false);
	client_send(fd, "whole", 5);
	fixture_serve(&f, 1, look, &s);
	cr_assert(!s.truncated && s.local.family == AF_INET6);
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == 5);
	cr_assert(setsockopt(f.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on,
			  sizeof(on)) == 0);
	s.trains = 0;
	close(fd);
	fd = client_open(&f, NULL, false);
	client_send(fd, "cut", 3);
	fixture_serve(&f, 1, look, &s);
	cr_assert(s.truncated && s.local.family == AF_UNSPEC);
	close(fd);
	fixture_close(&f);
}
