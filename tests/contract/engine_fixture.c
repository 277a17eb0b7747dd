/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include "load/engine/registry.h"
#include "net/link.h"
#include "net/neighbour.h"
#include "net/netns.h"
#include "net/route.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* On the way of a device. */
#define A_MOMENT_MS 300
#define MS          1000000u
/* By the MTU of the lab's device. */
#define LAB_MOST 1472

struct engine engine;
int engine_peer = -1, engine_fds[ENGINE_SOCKETS];
void *engine_links[ENGINE_SOCKETS];
static uint32_t count;
static union address address;
static struct engine_path path;
static void *share;
unsigned engine_filled;

static const char *lab(void)
{
	return getenv("CONTRACT_CLIENTS");
}

uint32_t engine_most(void)
{
	return lab() ? LAB_MOST : 65507;
}

static size_t slot_bytes(void)
{
	return lab() ? LAB_MOST : TRAIN_ROOM;
}

static void fill(void *arg, uint8_t *slot)
{
	memset(slot, *(const int *)arg, slot_bytes());
	engine_filled++;
}

int engine_open_socket(const struct socket_config *c, union address *bound)
{
	struct socket_obtained got;
	char why[256];
	int fd = socket_open(c, &got, why, sizeof(why));

	cr_assert(fd >= 0, "%s", why);
	if (bound)
		*bound = got.bound;
	return fd;
}

/* In a lab, in the other namespace. */
static void open_peer(void)
{
	const struct socket_config c = {
		.bind.in = {.sin_family = AF_INET,
			.sin_addr.s_addr =
				htonl(lab() ? 0x0b000001 : INADDR_LOOPBACK)},
		.nonblock = true,
		.rcvbuf = 4 << 20,
	};
	struct netns there = {0}, back = {0};
	char why[256];

	if (lab())
		cr_assert(netns_open(&there, lab(), why, sizeof(why)) == 0 &&
				  netns_enter(&there, &back) == 0,
			"%s", why);
	engine_peer = engine_open_socket(&c, &address);
	if (lab())
		cr_assert(netns_leave(&back) == 0);
	netns_close(&there);
}

static void find_path(void)
{
	const union address any = {0};
	struct link_about link;
	struct route route;

	cr_assert(route_find(&route, &address, &any, 0) == 0);
	cr_assert(link_read(&link, (unsigned)route.device) == 0);
	path = (struct engine_path){.device = (unsigned)route.device};
	memcpy(path.mac_from, link.mac, sizeof(path.mac_from));
	cr_assert(
		neighbour_resolve(path.mac_to, route.device, &route.next) == 0);
}

static void open_share(const struct engine_ops *ops)
{
	const struct engine_share_config c = {
		.path = &path, .peer = &address, .threads = 1};
	char why[256];

	if (!lab())
		cr_skip_test(
			"%s needs a device: tests/contract/lab", ops->name);
	find_path();
	cr_assert(ops->queues(&path, why, sizeof(why)) >= 1, "%s", why);
	cr_assert(ops->share(&share, &c, why, sizeof(why)) == 0, "%s", why);
}

static void add(uint32_t i)
{
	const struct socket_config c = {
		.remote = address, .gro = true, .errors = true};

	engine_fds[i] = engine_open_socket(&c, NULL);
	cr_assert(engine.ops->add(engine.self, engine_fds[i], &engine_fds[i],
			  &engine_links[i]) == 0);
}

static void begin(struct engine_config *c)
{
	const struct engine_ops *ops = engine_find(getenv("ENGINE"));
	char why[256];

	cr_assert(ops, "no engine %s", getenv("ENGINE"));
	if (ops->probe(why, sizeof(why)))
		cr_skip_test("%s", why);
	open_peer();
	if (ops->share)
		open_share(ops);
	c->share = share;
	c->slot_bytes = slot_bytes();
	cr_assert(engine_open(&engine, ops, c) == 0);
}

void engine_begin(uint32_t sockets)
{
	static int letter = 'f';
	struct engine_config c = {
		.sockets = sockets,
		.fill = fill,
		.fill_arg = &letter,
	};

	begin(&c);
	count = sockets;
	for (uint32_t i = 0; i < sockets; i++)
		add(i);
}

void engine_begin_alone(union address *out)
{
	struct engine_config c = {.sockets = 1};

	begin(&c);
	*out = address;
}

void engine_end(void)
{
	const struct engine_ops *ops = engine.ops;

	engine_close(&engine);
	if (share)
		ops->unshare(share);
	share = NULL;
	for (uint32_t i = 0; i < count; i++)
		close(engine_fds[i]);
	count = 0;
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
	int n = engine.ops->recv(engine.self, in, timeout_ns);

	for (int i = 0; lab() && !timeout_ns && !n && i < A_MOMENT_MS; i++)
		n = engine.ops->recv(engine.self, in, MS);
	return n;
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

ssize_t engine_hear(uint8_t *data, size_t bytes, union address *from)
{
	struct pollfd p = {.fd = engine_peer, .events = POLLIN};
	socklen_t length = sizeof(*from);

	(void)poll(&p, 1, lab() ? A_MOMENT_MS : 0);
	return recvfrom(engine_peer, data, bytes, 0, from ? &from->sa : NULL,
		from ? &length : NULL);
}

ssize_t engine_echo(void)
{
	static uint8_t data[65536];
	union address from;
	ssize_t n = engine_hear(data, sizeof(data), &from);

	if (n >= 0)
		cr_assert(sendto(engine_peer, data, (size_t)n, 0, &from.sa,
				  address_length(&from)) == n);
	return n;
}

void engine_receive_train(uint32_t bytes, uint32_t segment)
{
	struct engine_arrivals in;

	if (!(engine.ops->can & ENGINE_FRAMES)) {
		cr_assert(engine_receive(&in, 0) == 1);
		cr_assert(in.at[0].bytes == bytes &&
			  in.at[0].segment_bytes == segment);
		return;
	}
	while (bytes > 0) {
		cr_assert(engine_receive(&in, 0) > 0);
		for (uint32_t i = 0; i < in.count; i++) {
			uint32_t one = bytes < segment ? bytes : segment;

			cr_assert(in.at[i].bytes == one &&
				  in.at[i].segment_bytes == one);
			bytes -= one;
		}
	}
}
