/* SPDX-License-Identifier: MIT */
#include "opened.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_NS 10000000000ull

Test(socket, reports_the_port_it_is_bound_to)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	struct socket_obtained got;
	union address bound = {0};
	socklen_t n = sizeof(bound);
	int fd = opened(&c, &got);

	cr_assert(getsockname(fd, &bound.sa, &n) == 0);
	cr_assert(address_equal(&bound, &got.bound));
	cr_assert(address_port(&bound) != 0);
	cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

Test(socket, has_the_requested_family_without_an_address)
{
	const struct socket_config c = {.family = AF_INET};
	struct socket_obtained got;
	char text[ADDRESS_TEXT];
	int fd = opened(&c, &got);

	cr_assert_str_eq(address_format(&got.bound, text), "0.0.0.0:0");
	close(fd);
}

Test(socket, has_no_options_by_default)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	struct socket_obtained got;
	int fd = opened(&c, &got);

	cr_assert(option(fd, SOL_SOCKET, SO_REUSEPORT) == 0);
	cr_assert(option(fd, IPPROTO_IP, IP_PKTINFO) == 0);
	cr_assert(option(fd, IPPROTO_IP, IP_RECVERR) == 0);
	cr_assert(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	cr_assert(!got.gro && !got.rcvbuf_capped && !got.sndbuf_capped);
	close(fd);
}

Test(socket, has_every_requested_option)
{
	const struct socket_config c = {
		.bind = parsed("127.0.0.1:0"),
		.reuseport = true,
		.local = true,
		.errors = true,
		.nonblock = true,
	};
	struct socket_obtained got;
	int fd = opened(&c, &got);

	cr_assert(option(fd, SOL_SOCKET, SO_REUSEPORT) == 1);
	cr_assert(option(fd, IPPROTO_IP, IP_PKTINFO) == 1);
	cr_assert(option(fd, IPPROTO_IP, IP_RECVERR) == 1);
	cr_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
}

Test(socket, of_ipv6_has_the_options_of_ipv6)
{
	const struct socket_config c = {
		.bind = parsed("[::1]:0"), .local = true, .errors = true};
	struct socket_obtained got;
	int fd = opened(&c, &got);

	cr_assert(option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO) == 1);
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_RECVERR) == 1);
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
	close(fd);
}

Test(socket, reports_gro_if_the_kernel_accepted_it)
{
	const struct socket_config c = {
		.bind = parsed("127.0.0.1:0"), .gro = true};
	struct socket_obtained got;
	int fd = opened(&c, &got), value = 0;
	socklen_t n = sizeof(value);

	if (getsockopt(fd, IPPROTO_UDP, UDP_GRO, &value, &n))
		cr_skip("this kernel has no UDP_GRO (Linux 5.0)");
	cr_assert(got.gro && value == 1);
	close(fd);
}

Test(socket, reports_its_buffers)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0"),
		.rcvbuf = 65536,
		.sndbuf = 32768};
	struct socket_obtained got;
	int fd = opened(&c, &got);

	cr_assert(got.rcvbuf == (uint32_t)option(fd, SOL_SOCKET, SO_RCVBUF));
	cr_assert(got.sndbuf == (uint32_t)option(fd, SOL_SOCKET, SO_SNDBUF));
	cr_assert(got.rcvbuf == 2 * 65536 && got.sndbuf == 2 * 32768);
	cr_assert(!got.rcvbuf_capped && !got.sndbuf_capped);
	close(fd);
}

static uint64_t read_number(const char *path)
{
	unsigned long long value = 0;
	FILE *f = fopen(path, "r");

	if (!f)
		cr_skip("no %s here", path);
	cr_assert(fscanf(f, "%llu", &value) == 1);
	fclose(f);
	return value;
}

Test(socket, reports_capped_buffers_without_privileges)
{
	uint64_t rmem = read_number("/proc/sys/net/core/rmem_max");
	uint64_t wmem = read_number("/proc/sys/net/core/wmem_max");
	const struct socket_config c = {.bind = parsed("127.0.0.1:0"),
		.rcvbuf = rmem + 1,
		.sndbuf = wmem + 1};
	struct socket_obtained got;
	int fd;

	/* A case has a process of its own: nobody else loses the privilege. */
	if (geteuid() == 0)
		cr_assert(setuid(65534) == 0);
	fd = opened(&c, &got);
	cr_assert(got.rcvbuf_capped && got.sndbuf_capped);
	cr_assert(got.rcvbuf == 2 * rmem && got.sndbuf == 2 * wmem);
	close(fd);
}

Test(socket, reports_capped_buffers_beyond_any_limit)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0"),
		.rcvbuf = UINT64_MAX,
		.sndbuf = UINT64_MAX};
	struct socket_obtained got;
	int fd = opened(&c, &got);

	cr_assert(got.rcvbuf_capped && got.sndbuf_capped);
	close(fd);
}

Test(socket, names_the_address_that_is_in_use)
{
	struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	struct socket_obtained got;
	char text[ADDRESS_TEXT];
	int fd = opened(&c, &got);

	c.bind = got.bound;
	cr_assert(socket_open(&c, NULL, why, sizeof(why)) == -EADDRINUSE);
	cr_assert(strstr(why, address_format(&got.bound, text)));
	cr_assert(strstr(why, strerror(EADDRINUSE)));
	close(fd);
}

Test(socket, names_the_address_it_cannot_connect_to)
{
	const struct socket_config c = {.remote = parsed("255.255.255.255:9")};

	cr_assert(socket_open(&c, NULL, why, sizeof(why)) == -EACCES);
	cr_assert(strstr(why, "connecting to 255.255.255.255:9"));
}

Test(socket, that_failed_leaves_no_descriptor_open)
{
	const struct socket_config c = {.remote = parsed("255.255.255.255:9")};
	int before = dup(0), after;

	close(before);
	cr_assert(socket_open(&c, NULL, why, sizeof(why)) < 0);
	after = dup(0);
	close(after);
	cr_assert(before == after);
}

Test(socket, connected_has_its_peer)
{
	struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	struct socket_obtained server, client;
	int fd = opened(&c, &server), peer_fd;
	union address peer = {0};
	socklen_t n = sizeof(peer);

	c = (struct socket_config){.remote = server.bound};
	peer_fd = opened(&c, &client);
	cr_assert(getpeername(peer_fd, &peer.sa, &n) == 0);
	cr_assert(address_equal(&peer, &server.bound));
	cr_assert(address_port(&client.bound) != 0);
	close(peer_fd);
	close(fd);
}

static void send_to(const char *host, uint16_t port, size_t bytes)
{
	static const uint8_t data[1024];
	union address to = parsed(host);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM, 0);

	address_set_port(&to, port);
	cr_assert(fd >= 0);
	cr_assert(sendto(fd, data, bytes, 0, &to.sa, address_length(&to)) ==
		  (ssize_t)bytes);
	close(fd);
}

static void wait_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	cr_assert(poll(&p, 1, (int)(PATIENCE_NS / 1000000)) == 1);
}

Test(socket, dual_accepts_ipv4_and_reports_the_address)
{
	const struct socket_config c = {
		.bind = parsed("[::]:0"), .dual = true, .local = true};
	_Alignas(struct cmsghdr) char control[128];
	union address from = {0};
	char data[8];
	struct iovec iov = {data, sizeof(data)};
	struct msghdr m = {
		&from, sizeof(from), &iov, 1, control, sizeof(control), 0};
	struct socket_obtained got;
	int fd = opened(&c, &got);
	const struct cmsghdr *h;
	struct in6_pktinfo info;

	send_to("127.0.0.1:0", address_port(&got.bound), 4);
	wait_readable(fd);
	cr_assert(recvmsg(fd, &m, 0) == 4);
	cr_assert(IN6_IS_ADDR_V4MAPPED(&from.in6.sin6_addr));
	h = CMSG_FIRSTHDR(&m);
	cr_assert(h && h->cmsg_level == IPPROTO_IPV6 &&
		  h->cmsg_type == IPV6_PKTINFO);
	memcpy(&info, CMSG_DATA(h), sizeof(info));
	cr_assert(IN6_IS_ADDR_V4MAPPED(&info.ipi6_addr));
	close(fd);
}

Test(socket, memory_of_a_new_one_is_empty)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	struct socket_memory memory = {1, 1};
	int fd = opened(&c, NULL);

	cr_assert(socket_memory(fd, &memory) == 0);
	cr_assert(memory.queued_bytes == 0 && memory.drops == 0);
	close(fd);
}

Test(socket, memory_shows_what_is_queued)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	struct socket_memory memory;
	struct socket_obtained got;
	int fd = opened(&c, &got);

	send_to("127.0.0.1:0", address_port(&got.bound), 500);
	wait_readable(fd);
	cr_assert(socket_memory(fd, &memory) == 0);
	cr_assert(memory.queued_bytes >= 500 && memory.drops == 0);
	close(fd);
}

/* DESIGN's ledger stands on this: what was sent and did not arrive is here. */
Test(socket, memory_counts_each_datagram_that_a_full_buffer_dropped)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0"),
		.rcvbuf = 4096,
		.nonblock = true};
	uint64_t end_ns = clock_ns() + PATIENCE_NS;
	struct socket_memory memory = {0};
	uint32_t sent = 200, received = 0;
	struct socket_obtained got;
	char data[1024];
	int fd = opened(&c, &got);

	for (uint32_t i = 0; i < sent; i++)
		send_to("127.0.0.1:0", address_port(&got.bound), 500);
	/* Delivery may lag behind where the softirq was put off. */
	while (received + memory.drops < sent && clock_ns() < end_ns) {
		while (recv(fd, data, sizeof(data), 0) >= 0)
			received++;
		cr_assert(errno == EAGAIN);
		cr_assert(socket_memory(fd, &memory) == 0);
		sched_yield();
	}
	cr_assert(memory.drops > 0 && received > 0);
	cr_assert(received + memory.drops == sent, "%u + %u of %u", received,
		memory.drops, sent);
	close(fd);
}

Test(socket, memory_of_another_file_is_an_error)
{
	struct socket_memory memory;

	cr_assert(socket_memory(-1, &memory) == -EBADF);
}
