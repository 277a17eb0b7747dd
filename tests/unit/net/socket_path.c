/* SPDX-License-Identifier: MIT */
/* The options of net/socket.h that a path or a device sees: each is read back
 * from the kernel, and seen on a datagram over loopback where it shows. */
#include "opened.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define DSCP_EF 46
#define ECT_0   2
#define TOS     (DSCP_EF << 2 | ECT_0)
#define TTL     37

static int read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	int value = 0;

	if (!f)
		cr_skip("no %s here", path);
	cr_assert(fscanf(f, "%d", &value) == 1);
	fclose(f);
	return value;
}

Test(socket_path, has_no_options_by_default)
{
	const struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	int ttl = read_number("/proc/sys/net/ipv4/ip_default_ttl");
	struct socket_obtained got;
	int fd = opened(&c, &got);

	cr_assert(option(fd, IPPROTO_IP, IP_TOS) == 0 && got.tos == 0);
	cr_assert(option(fd, IPPROTO_IP, IP_TTL) == ttl && got.ttl == ttl);
	cr_assert(option(fd, IPPROTO_IP, IP_MTU_DISCOVER) != IP_PMTUDISC_DO);
	cr_assert(option(fd, IPPROTO_IP, IP_RECVTOS) == 0);
	cr_assert(option(fd, IPPROTO_IP, IP_RECVTTL) == 0);
	cr_assert(!got.dontfrag && !got.tos_read && !got.ttl_read &&
		  !got.max_pacing_bytes);
	close(fd);
}

static const struct socket_config all = {
	.tos = TOS,
	.ttl = TTL,
	.dontfrag = true,
	.tos_read = true,
	.ttl_read = true,
};

static void assert_ipv4(int fd)
{
	cr_assert(option(fd, IPPROTO_IP, IP_TOS) == TOS);
	cr_assert(option(fd, IPPROTO_IP, IP_TTL) == TTL);
	cr_assert(option(fd, IPPROTO_IP, IP_MTU_DISCOVER) == IP_PMTUDISC_DO);
	cr_assert(option(fd, IPPROTO_IP, IP_RECVTOS) == 1);
	cr_assert(option(fd, IPPROTO_IP, IP_RECVTTL) == 1);
}

static void assert_ipv6(int fd)
{
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_TCLASS) == TOS);
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS) == TTL);
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_DONTFRAG) == 1);
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS) == 1);
	cr_assert(option(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT) == 1);
}

static void assert_told(const struct socket_obtained *got)
{
	cr_assert(got->tos == TOS && got->ttl == TTL);
	cr_assert(got->dontfrag && got->tos_read && got->ttl_read);
}

Test(socket_path, of_ipv4_has_every_requested_option)
{
	struct socket_config c = all;
	struct socket_obtained got;
	int fd;

	c.bind = parsed("127.0.0.1:0");
	fd = opened(&c, &got);
	assert_ipv4(fd);
	assert_told(&got);
	close(fd);
}

Test(socket_path, of_ipv6_has_every_requested_option)
{
	struct socket_config c = all;
	struct socket_obtained got;
	int fd;

	c.bind = parsed("[::1]:0");
	fd = opened(&c, &got);
	assert_ipv6(fd);
	assert_told(&got);
	close(fd);
}

Test(socket_path, dual_has_the_options_of_both_families)
{
	struct socket_config c = all;
	struct socket_obtained got;
	int fd;

	c.bind = parsed("[::]:0");
	c.dual = true;
	fd = opened(&c, &got);
	assert_ipv4(fd);
	assert_ipv6(fd);
	assert_told(&got);
	close(fd);
}

/* What a datagram says of itself when it arrives; -1 where it does not. */
struct mark {
	int tos, ttl;
};

static int number_in(const struct cmsghdr *h)
{
	uint8_t byte;
	int number;

	if (h->cmsg_len == CMSG_LEN(sizeof(byte))) {
		memcpy(&byte, CMSG_DATA(h), sizeof(byte));
		return byte;
	}
	cr_assert(h->cmsg_len == CMSG_LEN(sizeof(number)));
	memcpy(&number, CMSG_DATA(h), sizeof(number));
	return number;
}

static struct mark arrive(int fd)
{
	_Alignas(struct cmsghdr) char control[128];
	char data[8];
	struct iovec iov = {data, sizeof(data)};
	struct msghdr m = {NULL, 0, &iov, 1, control, sizeof(control), 0};
	struct timeval patience = {.tv_sec = 10};
	struct mark mark = {-1, -1};

	cr_assert(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			  sizeof(patience)) == 0);
	cr_assert(recvmsg(fd, &m, 0) == 1 && !(m.msg_flags & MSG_CTRUNC));
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
		bool v4 = h->cmsg_level == IPPROTO_IP;
		int type = h->cmsg_type;

		cr_assert(v4 || h->cmsg_level == IPPROTO_IPV6);
		if (type == (v4 ? IP_TOS : IPV6_TCLASS))
			mark.tos = number_in(h);
		if (type == (v4 ? IP_TTL : IPV6_HOPLIMIT))
			mark.ttl = number_in(h);
	}
	return mark;
}

/* One datagram, marked, from a socket that is like c to one bound to host. */
static void cross(const char *host, const char *remote, struct socket_config c)
{
	const struct socket_config server = {.bind = parsed(host),
		.dual = true,
		.tos_read = true,
		.ttl_read = true};
	struct socket_obtained got;
	int to = opened(&server, &got), from;
	struct mark mark;

	c.remote = parsed(remote);
	address_set_port(&c.remote, address_port(&got.bound));
	from = opened(&c, NULL);
	cr_assert(send(from, "x", 1, 0) == 1);
	mark = arrive(to);
	cr_assert(mark.tos == TOS && mark.ttl == TTL, "%d, %d", mark.tos,
		mark.ttl);
	close(from);
	close(to);
}

static const struct socket_config marked = {.tos = TOS, .ttl = TTL};

Test(socket_path, marks_an_ipv4_datagram_and_reads_it)
{
	cross("127.0.0.1:0", "127.0.0.1:0", marked);
}

Test(socket_path, marks_an_ipv6_datagram_and_reads_it)
{
	cross("[::1]:0", "[::1]:0", marked);
}

Test(socket_path, dual_reads_an_ipv4_datagram)
{
	cross("[::]:0", "127.0.0.1:0", marked);
}

Test(socket_path, dual_marks_an_ipv4_datagram)
{
	struct socket_config c = marked;

	c.dual = true;
	cross("127.0.0.1:0", "[::ffff:127.0.0.1]:0", c);
}

Test(socket_path, bound_to_a_device_has_it)
{
	const struct socket_config c = {
		.bind = parsed("127.0.0.1:0"), .device = "lo"};
	char name[IFNAMSIZ] = "";
	socklen_t n = sizeof(name);
	int fd = opened(&c, NULL);

	cr_assert(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &n) == 0);
	cr_assert_str_eq(name, "lo");
	close(fd);
}

Test(socket_path, names_a_missing_device)
{
	static const char *const names[] = {"udpmill-none", "a-name-of-16-car",
		"a-name-longer-than-any-device-has"};
	struct socket_config c = {.bind = parsed("127.0.0.1:0")};

	for (int i = 0; i < 3; i++) {
		c.device = names[i];
		cr_assert(socket_open(&c, NULL, why, sizeof(why)) == -ENODEV);
		cr_assert(strstr(why, names[i]), "%s", why);
	}
}

Test(socket_path, is_paced_at_rates_of_64_bits)
{
	const struct socket_config c = {
		.bind = parsed("127.0.0.1:0"), .max_pacing_bytes = 12500000000};
	struct socket_obtained got;
	uint64_t value = 0;
	socklen_t n = sizeof(value);
	int fd = opened(&c, &got);

	cr_assert(getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &value, &n) ==
		  0);
	if (n < sizeof(value))
		cr_skip("this kernel's rates have 32 bits (Linux 5.0)");
	cr_assert(value == 12500000000 && got.max_pacing_bytes == value);
	close(fd);
}

/* The socket that was asked to poll for longer than it does by default, which
 * is what took CAP_NET_ADMIN once. */
static int busy_poll(struct socket_obtained *got, uint32_t *before)
{
	struct socket_config c = {.bind = parsed("127.0.0.1:0")};
	int fd = opened(&c, got);

	close(fd);
	*before = got->busy_poll.us;
	c.busy_poll.us = *before + 50;
	return opened(&c, got);
}

Test(socket_path, polls_the_device_for_the_requested_time)
{
	struct socket_obtained got;
	uint32_t before;
	int fd = busy_poll(&got, &before);
	int value = (int)before + 50;

	if (setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &value, sizeof(value)))
		cr_skip("no CAP_NET_ADMIN, or no CONFIG_NET_RX_BUSY_POLL");
	close(fd);
	fd = busy_poll(&got, &before);
	cr_assert(got.busy_poll.us == before + 50);
	cr_assert(option(fd, SOL_SOCKET, SO_BUSY_POLL) == (int)before + 50);
	close(fd);
}

Test(socket_path, prefers_to_poll_the_device_with_a_budget)
{
	struct socket_config c = {.bind = parsed("127.0.0.1:0"),
		.busy_poll = {.us = 50, .prefer = true, .budget = 64}};
	struct socket_obtained got;
	int fd = opened(&c, &got);

	if (got.busy_poll.error == -EPERM)
		cr_skip("no CAP_NET_ADMIN");
	if (got.busy_poll.error == -ENOPROTOOPT)
		cr_skip("this kernel is older than Linux 5.11");
	cr_assert(option(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL) == 1);
	cr_assert(got.busy_poll.prefer && got.busy_poll.budget == 64);
	cr_assert(!busy_poll_lacks(
		&c.busy_poll, &got.busy_poll, why, sizeof(why)));
	close(fd);
}

Test(socket_path, says_what_busy_polling_lacks)
{
	static const struct busy_poll asked = {
		.us = 50, .prefer = true, .budget = 64};
	static const struct {
		struct busy_poll got;
		const char *says;
	} cases[] = {
		{{.us = 50, .budget = 64, .error = -EPERM},
			"SO_PREFER_BUSY_POLL was refused; run with "
			"CAP_NET_ADMIN"},
		{{.us = 50, .prefer = true, .error = -EPERM},
			"SO_BUSY_POLL_BUDGET was refused; run with "
			"CAP_NET_ADMIN"},
		{{.us = 50, .error = -ENOPROTOOPT}, "that takes Linux 5.11"},
		{{.us = 20, .prefer = true, .budget = 64, .error = -EPERM},
			"raise sysctl net.core.busy_read"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert(busy_poll_lacks(
			&asked, &cases[i].got, why, sizeof(why)));
		cr_assert(strstr(why, cases[i].says), "%s", why);
	}
}

Test(socket_path, says_that_a_preference_to_poll_needs_polling)
{
	const struct busy_poll asked = {.prefer = true}, got = asked;

	cr_assert(busy_poll_lacks(&asked, &got, why, sizeof(why)));
	cr_assert(strstr(why, "without --busy-poll"), "%s", why);
}

/* As of a kernel that wants a privilege for it; from now on, and for this
 * case's own process only. False where it cannot be done. */
static bool refuse_busy_poll(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setsockopt, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SO_BUSY_POLL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

Test(socket_path, reports_for_how_long_it_may_poll)
{
	struct socket_obtained got;
	uint32_t before;
	int fd;

	if (!refuse_busy_poll())
		cr_skip("no seccomp filters here");
	fd = busy_poll(&got, &before);
	cr_assert(got.busy_poll.us == before);
	close(fd);
}
