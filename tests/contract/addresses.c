/* SPDX-License-Identifier: MIT */
/* Peers of both families, and replies that leave from the address that was
 * asked. */
#include "fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t in[256];

static void keep_peer(struct train *t, void *arg)
{
	*(union address *)arg = *t->peer;
	handle_echo(t, NULL);
}

static union address own_address(int fd)
{
	union address a = {0};
	socklen_t n = sizeof(a);

	cr_assert(getsockname(fd, &a.sa, &n) == 0);
	return a;
}

static void ask(struct fixture *f, const char *bind)
{
	union address own, seen;
	int fd = client_open(f, bind, false);

	own = own_address(fd);
	client_send(fd, "hello", 5);
	fixture_serve(f, 1, keep_peer, &seen);
	cr_assert(address_same_host(&own, &seen));
	cr_assert(address_port(&own) == address_port(&seen));
	/* A connected socket takes an answer from the address it asked only. */
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == 5);
	cr_assert(memcmp(in, "hello", 5) == 0);
	close(fd);
}

static void ask_at(struct fixture *f, const char *host)
{
	client_ask_at(f, host);
	ask(f, NULL);
}

Test(addresses, are_those_of_ipv4_peers)
{
	struct fixture f;

	fixture_open(&f, &(struct fixture_options){0});
	ask(&f, "127.0.0.1:0");
	ask(&f, "127.0.0.77:0");
	fixture_close(&f);
}

Test(addresses, are_those_of_ipv6_peers)
{
	struct fixture f;

	fixture_open(&f, &(struct fixture_options){.bind = "[::1]:0"});
	ask(&f, "[::1]:0");
	fixture_close(&f);
}

Test(addresses, replied_from_are_those_asked_on_an_ipv4_wildcard)
{
	struct fixture f;

	fixture_open(&f, &(struct fixture_options){.bind = "0.0.0.0:0"});
	ask_at(&f, "127.0.0.1");
	ask_at(&f, "127.0.0.2");
	ask_at(&f, "127.255.0.9");
	fixture_close(&f);
}

Test(addresses, replied_from_are_those_asked_on_a_dual_stack_wildcard)
{
	struct fixture f;

	fixture_open(&f, &(struct fixture_options){.bind = "[::]:0"});
	ask_at(&f, "[::1]");
	ask_at(&f, "127.0.0.1");
	ask_at(&f, "127.0.0.3");
	fixture_close(&f);
}

/* Several requests to several addresses in one batch are not coupled. */
Test(addresses, replied_from_do_not_mix_in_a_batch)
{
	static const char *const hosts[] = {
		"127.0.0.2", "127.0.0.3", "127.0.0.2"};
	struct fixture f;
	int fd[3];

	fixture_open(&f, &(struct fixture_options){.bind = "0.0.0.0:0"});
	for (int i = 0; i < 3; i++) {
		client_ask_at(&f, hosts[i]);
		fd[i] = client_open(&f, NULL, false);
	}
	for (int round = 0; round < 4; round++)
		for (int i = 0; i < 3; i++)
			client_send(fd[i], hosts[i], strlen(hosts[i]));
	fixture_serve(&f, 12, handle_echo, NULL);
	for (int i = 0; i < 3; i++) {
		for (int round = 0; round < 4; round++) {
			size_t n = client_receive(fd[i], in, sizeof(in), NULL);

			cr_assert(n == strlen(hosts[i]));
			cr_assert(memcmp(in, hosts[i], n) == 0);
		}
		close(fd[i]);
	}
	fixture_close(&f);
}

static void keep_group(struct train *t, void *arg)
{
	*(bool *)arg = t->local.group;
}

Test(addresses, of_groups_are_told_from_ones_own)
{
	struct fixture f;
	struct in_addr lo = {htonl(INADDR_LOOPBACK)};
	struct ip_mreqn join = {.imr_address = lo};
	bool group;
	int fd;

	fixture_open(&f, &(struct fixture_options){.bind = "0.0.0.0:0"});
	if (f.share) {
		fixture_close(&f);
		cr_skip_test("what goes to a group takes mmsg's way");
	}
	cr_assert(address_parse(&f.server, "239.1.2.3:1") == 0);
	join.imr_multiaddr = f.server.in.sin_addr;
	if (setsockopt(
		    f.fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)))
		cr_skip_test("no multicast on the loopback device here");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	cr_assert(fd >= 0);
	cr_assert(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &lo,
			  sizeof(lo)) == 0);
	address_set_port(&f.server, address_port(&f.got.bound));
	cr_assert(
		sendto(fd, "x", 1, 0, &f.server.sa, sizeof(f.server.in)) == 1);
	fixture_serve(&f, 1, keep_group, &group);
	cr_assert(group);
	close(fd);
	cr_assert(address_parse(&f.server, "127.0.0.1:1") == 0);
	address_set_port(&f.server, address_port(&f.got.bound));
	fd = client_open(&f, NULL, false);
	client_send(fd, "x", 1);
	fixture_serve(&f, 1, keep_group, &group);
	cr_assert(!group);
	close(fd);
	fixture_close(&f);
}
