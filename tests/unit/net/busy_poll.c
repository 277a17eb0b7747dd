/* SPDX-License-Identifier: MIT */
#include "net/busy_poll.h"

#include "net/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Of linux/eventpoll.h, written down a second time. */
struct params {
	uint32_t usecs;
	uint16_t budget;
	uint8_t prefer, pad;
};
#define GET_PARAMS 0x80088a02u

static bool is_since(unsigned major, unsigned minor)
{
	unsigned have_major = 0, have_minor = 0;
	struct utsname u;

	cr_assert(uname(&u) == 0);
	cr_assert(sscanf(u.release, "%u.%u", &have_major, &have_minor) == 2);
	return have_major > major ||
	       (have_major == major && have_minor >= minor);
}

static int opened(void)
{
	struct socket_config c = {.reuseport = false};
	char why[256];
	int fd;

	cr_assert(address_parse(&c.bind, "127.0.0.1:0") == 0);
	fd = socket_open(&c, NULL, why, sizeof(why));
	cr_assert(fd >= 0, "%s", why);
	return fd;
}

static int watching(int fd, const struct busy_poll *b)
{
	int epoll = busy_poll_epoll(fd, b);

	if (epoll == -ENOTTY && !is_since(6, 9))
		cr_skip("this kernel is older than Linux 6.9");
	cr_assert(epoll > 0, "%s", strerror(-epoll));
	return epoll;
}

Test(busy_poll, epoll_polls_as_it_is_told)
{
	const struct busy_poll b = {.us = 70, .prefer = true, .budget = 16};
	struct params got = {0};
	int fd = opened(), epoll = watching(fd, &b);

	cr_assert(ioctl(epoll, GET_PARAMS, &got) == 0);
	cr_assert(got.usecs == 70 && got.budget == 16 && got.prefer == 1);
	close(epoll);
	close(fd);
}

Test(busy_poll, epoll_has_a_budget_if_none_is_given)
{
	const struct busy_poll b = {.us = 70, .prefer = true};
	struct params got = {0};
	int fd = opened(), epoll = watching(fd, &b);

	cr_assert(ioctl(epoll, GET_PARAMS, &got) == 0);
	cr_assert(got.budget == 8);
	close(epoll);
	close(fd);
}

Test(busy_poll, epoll_sees_a_datagram_of_no_bytes)
{
	const struct busy_poll b = {.us = 20, .prefer = true};
	int fd = opened(), epoll = watching(fd, &b);
	union address self;
	socklen_t n = sizeof(self);
	struct epoll_event event;

	cr_assert(epoll_wait(epoll, &event, 1, 0) == 0);
	cr_assert(getsockname(fd, &self.sa, &n) == 0);
	cr_assert(sendto(fd, "", 0, 0, &self.sa, n) == 0);
	cr_assert(epoll_wait(epoll, &event, 1, 1000) == 1);
	close(epoll);
	close(fd);
}

Test(busy_poll, epoll_of_no_socket_is_an_error_and_leaves_nothing)
{
	const struct busy_poll b = {.us = 20, .prefer = true};
	int before = dup(0), after;

	close(before);
	cr_assert(busy_poll_epoll(-1, &b) < 0);
	after = dup(0);
	cr_assert(after == before);
	close(after);
}
