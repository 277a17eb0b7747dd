/* SPDX-License-Identifier: MIT */
/* What only a whole server shows: what its sockets tell the guard. */
#include "server/server.h"
#include "backend/registry.h"

#include "net/socket.h"
#include "net/steering.h"
#include "service/registry.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* For a datagram that may be lost; no test waits that long where it passes. */
#define PATIENCE_S 10

static sem_t arrived;
static struct cidr loopback;

static void observe(void *arg, const struct batch *b)
{
	(void)arg;
	for (uint32_t i = 0; i < b->count; i++)
		sem_post(&arrived);
}

static struct server *serve(const char *listen, const char *service)
{
	static union address bound;
	struct server_config config = {
		.listen = &bound,
		.listen_count = 1,
		.backend = backend_find("recvfrom"),
		.service = service_find(service),
		.workers = 1,
		.batch = 8,
		.trains = true,
		.gro = true,
		.allow = &loopback,
		.allow_count = 1,
		.counters = "none",
		.observe = observe,
	};
	struct server *s;
	char why[256];
	int error;

	cr_assert(sem_init(&arrived, 0, 0) == 0);
	cr_assert(cidr_parse(&loopback, "127.0.0.0/8") == 0);
	cr_assert(address_parse(&bound, listen) == 0);
	error = server_open(&s, &config, why, sizeof(why));
	cr_assert(error == 0, "%s", why);
	error = server_start(s, "{}", why, sizeof(why));
	cr_assert(error == 0, "%s", why);
	return s;
}

static int client(void)
{
	struct socket_config config = {0};
	struct in_addr out = {htonl(INADDR_LOOPBACK)};
	char why[256];
	int on = 1, fd;

	cr_assert(address_parse(&config.bind, "127.0.0.1:0") == 0);
	fd = socket_open(&config, NULL, why, sizeof(why));
	cr_assert(fd >= 0, "%s", why);
	cr_assert(
		setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) == 0);
	cr_assert(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out,
			  sizeof(out)) == 0);
	return fd;
}

static bool wait_for_arrival(void)
{
	struct timespec until;
	int error;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	do {
		error = sem_timedwait(&arrived, &until);
	} while (error && errno == EINTR);
	return !error;
}

/* Sends one datagram to the server at the host of to, and counts once it is
 * dealt with. */
static void send_one(struct server *s, const char *to, uint64_t *refused_group,
	uint64_t *answered)
{
	union address peer;
	int fd = client();

	cr_assert(address_parse(&peer, to) == 0);
	address_set_port(&peer, address_port(&server_endpoints(s)->bound));
	if (sendto(fd, "hello", 5, 0, &peer.sa, address_length(&peer)) != 5 ||
		!wait_for_arrival()) {
		server_close(s);
		close(fd);
		cr_skip("this host does not carry datagrams to %s", to);
	}
	server_order(s, ORDER_STOP);
	while (!server_ended(s))
		sched_yield();
	*refused_group =
		counter_get(server_counters(s, 0), COUNTER_REFUSED_GROUP);
	*answered =
		counter_get(server_counters(s, 0), COUNTER_ANSWERED_DATAGRAMS);
	server_close(s);
	close(fd);
}

static void assert_refused(const char *listen, const char *to)
{
	uint64_t refused, answered;

	send_one(serve(listen, "echo"), to, &refused, &answered);
	cr_assert(
		refused == 1 && answered == 0, "at %s, sent to %s", listen, to);
}

Test(server, bound_to_a_broadcast_address_refuses_its_datagrams)
{
	assert_refused("127.255.255.255:0", "127.255.255.255:0");
}

Test(server, bound_to_a_multicast_address_refuses_its_datagrams)
{
	assert_refused("224.0.0.1:0", "224.0.0.1:0");
}

Test(server, bound_to_all_addresses_refuses_what_was_broadcast)
{
	assert_refused("0.0.0.0:0", "127.255.255.255:0");
}

Test(server, bound_to_all_addresses_answers_what_was_not)
{
	uint64_t refused, answered;

	send_one(
		serve("0.0.0.0:0", "echo"), "127.0.0.1:0", &refused, &answered);
	cr_assert(refused == 0 && answered == 1);
}

/* Packet information costs a control message for each train. */
Test(server, bound_to_one_address_does_without_packet_information)
{
	struct server *s = serve("127.0.0.1:0", "echo");
	bool local = server_endpoints(s)->local;

	server_close(s);
	cr_assert(!local);
}

static int open_one(const struct server_config *how, char *why, size_t bytes)
{
	static union address bound;
	struct server_config config = *how;
	struct server *s = NULL;
	int error;

	cr_assert(address_parse(&bound, "127.0.0.1:0") == 0);
	config.listen = &bound;
	config.listen_count = config.workers = 1;
	config.service = service_find("echo");
	config.batch = 8;
	config.counters = "none";
	error = server_open(&s, &config, why, bytes);
	if (!error)
		error = server_start(s, "{}", why, bytes);
	if (s)
		server_close(s);
	return error;
}

/* The kernel's hash would give new sockets datagrams of others. */
Test(server, that_connects_is_steered_by_flow_unless_another_way_is_given)
{
	struct server_config c = {.backend = backend_connecting(),
		.connected_most = 8,
		.connected_idle_ns = 1000000000};
	char why[256] = "";

	cr_assert(open_one(&c, why, sizeof(why)) == 0, "%s", why);
	c.steer = steer_find("hash");
	cr_assert(open_one(&c, why, sizeof(why)) == -EINVAL);
	cr_assert(strstr(why, "--steer flow"));
	c.steer = NULL;
	c.connected_most = 0;
	cr_assert(open_one(&c, why, sizeof(why)) == -EINVAL);
}

Test(server, steered_by_cpu_wants_pinned_workers)
{
	const struct server_config c = {
		.backend = backend_find("mmsg"), .steer = steer_find("cpu")};
	char why[256] = "";

	cr_assert(open_one(&c, why, sizeof(why)) == -EINVAL);
	cr_assert(strstr(why, "--cpus"));
}
