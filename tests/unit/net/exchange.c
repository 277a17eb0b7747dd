/* SPDX-License-Identifier: MIT */
#include "net/exchange.h"

#include "core/clock.h"
#include "net/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS      1000000ull
#define PATIENT (10000 * MS) /* fails the test where it runs out */

static char why[256];
static uint8_t data[65536];

/* A socket that is nobody's but the test's, and its address. */
static int open_bound(const char *text, union address *bound)
{
	struct socket_config c = {0};
	struct socket_obtained got;
	int fd;

	cr_assert(address_parse(&c.bind, text) == 0);
	fd = socket_open(&c, &got, why, sizeof(why));
	if (fd < 0)
		cr_skip("no %s here: %s", text, why);
	*bound = got.bound;
	return fd;
}

static void start(struct exchange *e, const union address *peer,
	const char *bind, bool promiscuous)
{
	struct exchange_config c = {.peer = *peer, .promiscuous = promiscuous};

	if (bind)
		cr_assert(address_parse(&c.bind, bind) == 0);
	cr_assert(exchange_init(e, &c, why, sizeof(why)) == 0, "%s", why);
}

static void ask(struct exchange *e, const void *bytes, uint32_t n)
{
	cr_assert(exchange_ask(e, bytes, n, why, sizeof(why)) == 0, "%s", why);
}

static int wait_for(struct exchange *e, uint64_t ns, struct exchange_answer *a)
{
	return exchange_wait(e, ns, data, sizeof(data), a, why, sizeof(why));
}

/* Takes one datagram at fd and sends it back, by another socket if given. */
static void answer(int fd, int by)
{
	static uint8_t copy[65536];
	union address from;
	socklen_t n = sizeof(from);
	ssize_t got = recvfrom(fd, copy, sizeof(copy), 0, &from.sa, &n);

	cr_assert(got >= 0);
	cr_assert(sendto(by, copy, (size_t)got, 0, &from.sa, n) == got);
}

static void check_size(const char *where, uint32_t bytes)
{
	static uint8_t sent[65536];
	struct exchange_answer a;
	union address peer;
	struct exchange e;
	int fd = open_bound(where, &peer);

	for (uint32_t i = 0; i < bytes; i++)
		sent[i] = (uint8_t)(i * 7 + 1);
	start(&e, &peer, NULL, false);
	ask(&e, sent, bytes);
	answer(fd, fd);
	cr_assert(wait_for(&e, PATIENT, &a) == 1, "%s", why);
	cr_assert(a.bytes == bytes && memcmp(data, sent, bytes) == 0);
	cr_assert(address_equal(&a.from, &peer));
	exchange_fini(&e);
	close(fd);
}

Test(exchange, returns_the_peers_reply)
{
	check_size("127.0.0.1:0", 18);
	check_size("[::1]:0", 18);
}

Test(exchange, works_with_zero_bytes)
{
	check_size("127.0.0.1:0", 0);
}

Test(exchange, carries_the_largest_datagrams_whole)
{
	check_size("127.0.0.1:0", 65507);
	check_size("[::1]:0", 65527);
}

Test(exchange, knows_its_address_once_it_has_sent)
{
	union address peer, loopback;
	char text[ADDRESS_TEXT];
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &peer);

	start(&e, &peer, NULL, false);
	cr_assert_str_eq(address_format(&e.local, text), "0.0.0.0:0");
	ask(&e, "x", 1);
	cr_assert(address_parse(&loopback, "127.0.0.1:0") == 0);
	cr_assert(address_same_host(&e.local, &loopback));
	cr_assert(address_port(&e.local) != 0);
	exchange_fini(&e);
	close(fd);
}

Test(exchange, ignores_replies_from_strangers)
{
	struct exchange_answer a;
	union address peer, other;
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &peer);
	int stranger = open_bound("127.0.0.1:0", &other);

	start(&e, &peer, NULL, false);
	ask(&e, "x", 1);
	answer(fd, stranger);
	cr_assert(wait_for(&e, 20 * MS, &a) == 0);
	exchange_fini(&e);
	close(fd);
	close(stranger);
}

Test(exchange, ignores_datagrams_queued_before_it_connected)
{
	struct exchange_answer a;
	union address peer, other;
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &peer);
	int stranger = open_bound("127.0.0.1:0", &other);

	start(&e, &peer, "127.0.0.1:0", false);
	cr_assert(sendto(stranger, "evil", 4, 0, &e.local.sa,
			  address_length(&e.local)) == 4);
	ask(&e, "x", 1);
	answer(fd, fd);
	cr_assert(wait_for(&e, PATIENT, &a) == 1);
	cr_assert(address_equal(&a.from, &peer) && a.bytes == 1);
	cr_assert(e.strangers == 1);
	exchange_fini(&e);
	close(fd);
	close(stranger);
}

Test(exchange, promiscuous_accepts_replies_from_anybody)
{
	struct exchange_answer a;
	union address peer, other;
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &peer);
	int stranger = open_bound("127.0.0.1:0", &other);

	start(&e, &peer, NULL, true);
	ask(&e, "x", 1);
	answer(fd, stranger);
	cr_assert(wait_for(&e, PATIENT, &a) == 1);
	cr_assert(address_equal(&a.from, &other));
	exchange_fini(&e);
	close(fd);
	close(stranger);
}

/* Nobody listens at the port of a socket that is gone. */
static void check_refused(const char *where, bool promiscuous)
{
	struct exchange_answer a;
	union address peer;
	struct exchange e;

	close(open_bound(where, &peer));
	start(&e, &peer, NULL, promiscuous);
	ask(&e, "x", 1);
	cr_assert(wait_for(&e, PATIENT, &a) == -ECONNREFUSED);
	cr_assert(e.icmp);
	cr_assert(strstr(why, "ICMP port unreachable"));
	/* It is over with the one error: nothing is left to be waited for. */
	cr_assert(wait_for(&e, 0, &a) == 0);
	exchange_fini(&e);
}

Test(exchange, reports_a_refusal_by_icmp)
{
	check_refused("127.0.0.1:0", false);
	check_refused("[::1]:0", false);
}

Test(exchange, promiscuous_reports_a_refusal_by_icmp)
{
	check_refused("127.0.0.1:0", true);
	check_refused("[::1]:0", true);
}

Test(exchange, reaches_a_v4_mapped_peer)
{
	struct exchange_answer a;
	union address peer, mapped;
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &peer), v6;

	v6 = open_bound("[::1]:0", &mapped);
	cr_assert(address_parse(&mapped, "[::ffff:127.0.0.1]:0") == 0);
	address_set_port(&mapped, address_port(&peer));
	start(&e, &mapped, NULL, false);
	ask(&e, "x", 1);
	answer(fd, fd);
	cr_assert(wait_for(&e, PATIENT, &a) == 1);
	exchange_fini(&e);
	close(fd);
	close(v6);
}

Test(exchange, waits_at_least_as_long_as_requested)
{
	struct exchange_answer a;
	union address peer;
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &peer);
	uint64_t start_ns;

	start(&e, &peer, NULL, false);
	ask(&e, "x", 1);
	start_ns = clock_ns();
	cr_assert(wait_for(&e, 30 * MS, &a) == 0);
	cr_assert(clock_ns() - start_ns >= 30 * MS);
	exchange_fini(&e);
	close(fd);
}

Test(exchange, names_an_address_that_it_cannot_use)
{
	struct exchange_config c = {0};
	char text[ADDRESS_TEXT];
	struct exchange e;
	int fd = open_bound("127.0.0.1:0", &c.bind);

	c.peer = c.bind;
	cr_assert(exchange_init(&e, &c, why, sizeof(why)) == -EADDRINUSE);
	cr_assert(strstr(why, address_format(&c.bind, text)));
	exchange_fini(&e);
	exchange_fini(&e);
	close(fd);
}
