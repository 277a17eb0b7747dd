/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include "load/engine/registry.h"
#include "net/socket.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct engine engine;
int engine_peer = -1, engine_fds[ENGINE_SOCKETS];
void *engine_links[ENGINE_SOCKETS];
static uint32_t count;
static union address address;
unsigned engine_filled;

static void fill(void *arg, uint8_t *slot)
{
	memset(slot, *(const int *)arg, TRAIN_ROOM);
	engine_filled++;
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

	engine_peer = open_socket(&c, &address);
}

static void add(uint32_t i)
{
	const struct socket_config c = {
		.remote = address, .gro = true, .errors = true};

	engine_fds[i] = open_socket(&c, NULL);
	cr_assert(engine.ops->add(engine.self, engine_fds[i], &engine_fds[i],
			  &engine_links[i]) == 0);
}

void engine_begin(uint32_t sockets)
{
	static int letter = 'f';
	const struct engine_ops *ops = engine_find(getenv("ENGINE"));
	const struct engine_config c = {
		.sockets = sockets,
		.slot_bytes = TRAIN_ROOM,
		.fill = fill,
		.fill_arg = &letter,
	};
	char why[256];

	cr_assert(ops, "no engine %s", getenv("ENGINE"));
	if (ops->probe(why, sizeof(why)))
		cr_skip_test("%s", why);
	open_peer();
	cr_assert(engine_open(&engine, ops, &c) == 0);
	count = sockets;
	for (uint32_t i = 0; i < sockets; i++)
		add(i);
}

void engine_end(void)
{
	engine_close(&engine);
	for (uint32_t i = 0; i < count; i++)
		close(engine_fds[i]);
	close(engine_peer);
}

uint32_t engine_lend(struct engine_message *m, uint32_t n)
{
	return engine.ops->lend(engine.self, m, n);
}

int engine_send(const struct engine_message *m, uint32_t n)
{
	return engine.ops->send(engine.self, m, n);
}

int engine_receive(struct engine_arrivals *in, uint64_t timeout_ns)
{
	return engine.ops->recv(engine.self, in, timeout_ns);
}

/* One datagram of one letter over one socket. */
void engine_say(uint32_t i, char letter, uint32_t bytes)
{
	struct engine_message m = {
		.link = engine_links[i], .bytes = bytes, .segments = 1};

	cr_assert(engine_lend(&m, 1) == 1);
	memset(m.data, letter, bytes);
	cr_assert(engine_send(&m, 1) == 1);
}

/* What the engine_peer has got, sent back to where it came from: its bytes, or
 * -1. */
ssize_t engine_echo(void)
{
	static uint8_t data[65536];
	union address from;
	socklen_t length = sizeof(from);
	ssize_t n =
		recvfrom(engine_peer, data, sizeof(data), 0, &from.sa, &length);

	if (n >= 0)
		cr_assert(sendto(engine_peer, data, (size_t)n, 0, &from.sa,
				  length) == n);
	return n;
}
