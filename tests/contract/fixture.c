/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "backend/registry.h"
#include "net/netns.h"
#include "net/steering.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The device of tests/contract/lab. */
#define LAB_DEVICE "veth0"

static bool in_lab(void)
{
	return getenv("CONTRACT_CLIENTS") != NULL;
}

/* Parses an address of the loopback device, or what stands for it. */
static void parse_place(union address *a, const char *text, bool client)
{
	cr_assert(address_parse(a, text) == 0, "%s", text);
	if (!in_lab() || address_is_any(a))
		return;
	if (a->sa.sa_family == AF_INET)
		*(uint8_t *)&a->in.sin_addr = client ? 11 : 10;
	else
		a->in6.sin6_addr = (struct in6_addr){
			.s6_addr = {0xfd, [15] = client ? 2 : 1}};
}

static void note(void *arg, const char *text)
{
	struct fixture *f = arg;

	(void)text;
	f->notices++;
}

static const struct backend_ops *chosen(const struct fixture_options *o)
{
	const char *name = o->backend ? o->backend : getenv("BACKEND");
	const struct backend_ops *ops = backend_find(name ? name : "mmsg");
	char why[256];

	if (name && strcmp(name, backend_connecting()->name) == 0)
		ops = backend_connecting();

	cr_assert(ops, "no backend %s in this build", name);
	if (ops->probe(why, sizeof(why)))
		cr_skip_test("%s: %s", name, why);
	return ops;
}

/* A wildcard is served at its loopback address. */
static void find_server(struct fixture *f)
{
	uint16_t port = address_port(&f->got.bound);

	f->server = f->got.bound;
	if (!address_is_any(&f->server))
		return;
	parse_place(&f->server,
		f->server.sa.sa_family == AF_INET ? "127.0.0.1:0" : "[::1]:0",
		false);
	address_set_port(&f->server, port);
}

static void note_most(
	void *arg, const char *name, const char *text, uint64_t number)
{
	(void)text;
	if (strcmp(name, "payload_most") == 0)
		*(uint32_t *)arg = (uint32_t)number;
}

static void open_share(
	struct fixture *f, const struct backend_ops *ops, bool dual)
{
	const struct backend_share_config config = {
		.bound = &f->got.bound,
		.dual = dual,
		.device = LAB_DEVICE,
		.workers = 1,
	};
	char why[256] = "";

	f->in_order_most = UINT32_MAX;
	if (!ops->share)
		return;
	if (!in_lab())
		cr_skip_test(
			"%s needs a device: tests/contract/lab", ops->name);
	cr_assert(ops->share(&f->share, &config, why, sizeof(why)) == 0, "%s",
		why);
	ops->facts(f->share, note_most, &f->in_order_most);
}

/* As a server does for a backend that connects. */
static void prepare_group(struct fixture *f, const struct socket_config *sc,
	const struct fixture_options *o)
{
	const char *by;
	char why[256] = "";

	cr_assert(steer_growing(steer_find("flow"), &f->fd, NULL, 1, &by, why,
			  sizeof(why)) == 0,
		"%s", why);
	f->connecting = (struct connecting){
		.socket = *sc,
		.most = o->most ? o->most : 64,
		.idle_ns = o->idle_ns ? o->idle_ns : 1000000000000,
	};
	f->connecting.socket.bind = f->got.bound;
}

/* $ZEROCOPY_FROM, for a backend that can; the reference copies all. */
static uint32_t zerocopy_from(
	const struct fixture_options *o, const struct backend_ops *ops)
{
	const char *text = getenv("ZEROCOPY_FROM");
	uint32_t from = o->zerocopy_from;
	char why[256];

	if (!from && text && !o->backend)
		from = (uint32_t)atoi(text);
	if (from && !ops->zerocopy)
		cr_skip_test("%s copies all", ops->name);
	if (from && ops->zerocopy(why, sizeof(why)))
		cr_skip_test("%s: %s", ops->name, why);
	return from;
}

void fixture_open(struct fixture *f, const struct fixture_options *o)
{
	const struct backend_ops *ops = chosen(o);
	struct socket_config sc = {.rcvbuf = 4 << 20, .sndbuf = 4 << 20};
	struct backend_config config;
	bool polls = getenv("POLLS");
	char why[256] = "";

	*f = (struct fixture){.fd = -1,
		.connects = ops->connects,
		.segments_max = o->segments_max};
	f->zerocopy_from = zerocopy_from(o, ops);
	if (!f->segments_max)
		f->segments_max = TRAIN_SEND_SEGMENTS;
	parse_place(&sc.bind, o->bind ? o->bind : "127.0.0.1:0", false);
	sc.gro = ops->gro && !o->no_gro;
	sc.local = sc.dual = address_is_any(&sc.bind);
	sc.tos_read = o->marks;
	sc.ttl_read = o->marks || o->ttl;
	sc.busy_poll.us = o->busy_poll_us;
	sc.reuseport = ops->connects;
	f->fd = socket_open(&sc, &f->got, why, sizeof(why));
	if (f->fd == -EAFNOSUPPORT || f->fd == -EADDRNOTAVAIL)
		cr_skip_test("no such address on this host: %s", why);
	cr_assert(f->fd >= 0, "%s", why);
	if (ops->connects)
		prepare_group(f, &sc, o);
	f->counters = aligned_alloc(64, (sizeof(*f->counters) + 63) / 64 * 64);
	cr_assert(f->counters);
	memset(f->counters, 0, sizeof(*f->counters));
	cr_assert(batch_init(&f->batch, o->batch ? o->batch : FIXTURE_BATCH) ==
		  0);
	config = (struct backend_config){
		.fd = f->fd,
		.family = f->got.bound.sa.sa_family,
		.batch = f->batch.capacity,
		.gro = f->got.gro,
		.local = sc.local,
		.tos = f->got.tos_read,
		.ttl = f->got.ttl_read,
		.slot_bytes = o->slot_bytes,
		.head_only = o->head_only,
		.zerocopy_from = f->zerocopy_from,
		.busy_poll = {.us = polls ? 50 : 0, .prefer = polls},
		.connecting = &f->connecting,
		.counters = f->counters,
		.notice = note,
		.notice_arg = f,
	};
	open_share(f, ops, sc.dual && sc.bind.sa.sa_family == AF_INET6);
	config.share = f->share;
	cr_assert(backend_open(&f->backend, ops, &config) == 0);
	if (polls)
		f->notices = 0; /* an old kernel cannot do it */
	find_server(f);
}

void fixture_close(struct fixture *f)
{
	const struct backend_ops *ops = f->backend.ops;

	backend_close(&f->backend);
	if (f->share)
		ops->unshare(f->share);
	batch_fini(&f->batch);
	free(f->counters);
	if (f->fd >= 0)
		close(f->fd);
}

uint32_t fixture_turn(
	struct fixture *f, int timeout_ms, handle_fn *handle, void *arg)
{
	const struct backend_ops *ops = f->backend.ops;
	uint32_t datagrams = 0;
	int n = ops->recv(f->backend.self, &f->batch, timeout_ms);

	cr_assert(n >= 0, "recv: %s", strerror(-n));
	cr_assert((uint32_t)n == f->batch.count);
	for (int i = 0; i < n; i++) {
		struct train *t = &f->batch.trains[i];

		cr_assert(t->verdict == VERDICT_ABSORB && t->refused == 0);
		datagrams += t->segments;
		handle(t, arg);
	}
	if (n == 0)
		return 0;
	cr_assert(couple(&f->batch, f->segments_max) == 0);
	cr_assert(ops->send(f->backend.self, &f->batch) == 0);
	return datagrams;
}

void fixture_serve(struct fixture *f, uint32_t n, handle_fn *handle, void *arg)
{
	while (n > 0) {
		uint32_t got = fixture_turn(f, 1000, handle, arg);

		cr_assert(got > 0, "%u datagrams did not arrive", n);
		cr_assert(got <= n, "%u datagrams too many", got - n);
		n -= got;
	}
}

uint64_t fixture_count(const struct fixture *f, enum counter_id id)
{
	return counter_get(f->counters, id);
}

void handle_echo(struct train *t, void *arg)
{
	(void)arg;
	t->verdict = VERDICT_ANSWER;
	t->reply_bytes = t->bytes;
	t->reply_segment_bytes = t->segment_bytes;
	t->reply_segments = t->segments;
}

/* A socket where the clients are. */
static int open_there(const struct socket_config *sc, char *why, size_t bytes)
{
	struct netns there, back;
	int fd;

	if (!in_lab())
		return socket_open(sc, NULL, why, bytes);
	cr_assert(
		netns_open(&there, getenv("CONTRACT_CLIENTS"), why, bytes) == 0,
		"%s", why);
	cr_assert(netns_enter(&there, &back) == 0);
	fd = socket_open(sc, NULL, why, bytes);
	cr_assert(netns_leave(&back) == 0);
	netns_close(&there);
	return fd;
}

static int client_connect(const struct fixture *f, struct socket_config *sc)
{
	struct timeval second = {.tv_sec = 1};
	char why[256] = "";
	int fd;

	sc->remote = f->server;
	sc->rcvbuf = sc->sndbuf = 4 << 20;
	fd = open_there(sc, why, sizeof(why));
	cr_assert(fd >= 0, "%s", why);
	cr_assert(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second,
			  sizeof(second)) == 0);
	return fd;
}

int client_open(const struct fixture *f, const char *bind, bool gro)
{
	struct socket_config sc = {.gro = gro};

	if (bind)
		parse_place(&sc.bind, bind, true);
	return client_connect(f, &sc);
}

int client_open_marked(const struct fixture *f, uint8_t tos, uint8_t ttl)
{
	struct socket_config sc = {.tos = tos, .ttl = ttl};

	return client_connect(f, &sc);
}

void client_ask_at(struct fixture *f, const char *host)
{
	char text[ADDRESS_TEXT];

	snprintf(text, sizeof(text), "%s:%u", host, address_port(&f->server));
	parse_place(&f->server, text, false);
}

void client_send(int fd, const void *data, size_t bytes)
{
	ssize_t n = send(fd, data, bytes, 0);

	cr_assert(n == (ssize_t)bytes, "sending %zu bytes: %s", bytes,
		strerror(errno));
}

bool client_send_train(
	int fd, const void *data, size_t bytes, uint16_t segment_bytes)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(uint16_t))];
	} control = {0};
	struct iovec iov = {(void *)data, bytes};
	struct msghdr h = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	c->cmsg_level = IPPROTO_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
	memcpy(CMSG_DATA(c), &segment_bytes, sizeof(segment_bytes));
	return sendmsg(fd, &h, 0) == (ssize_t)bytes;
}

size_t client_receive(int fd, void *data, size_t room, uint32_t *segment)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {data, room};
	struct msghdr h = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n = recvmsg(fd, &h, 0);
	struct cmsghdr *c;
	int gro = 0;

	cr_assert(n >= 0, "no reply: %s", strerror(errno));
	cr_assert(!(h.msg_flags & MSG_TRUNC));
	c = CMSG_FIRSTHDR(&h);
	if (c && c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
		memcpy(&gro, CMSG_DATA(c), sizeof(gro));
	if (segment)
		*segment = (uint32_t)gro;
	return (size_t)n;
}

bool client_is_silent(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 20) == 0;
}

void fill_pattern(uint8_t *data, size_t bytes, uint32_t seed)
{
	uint32_t x = seed * 2654435761u | 1;

	for (size_t i = 0; i < bytes; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
}
