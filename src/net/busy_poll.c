/* SPDX-License-Identifier: MIT */
#include "net/busy_poll.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* struct epoll_params and EPIOCSPARAMS of linux/eventpoll.h, which headers
 * before Linux 6.9 lack. */
struct params {
	uint32_t busy_poll_usecs;
	uint16_t busy_poll_budget;
	uint8_t prefer_busy_poll;
	uint8_t pad;
};
#define SET_PARAMS _IOW(0x8a, 0x01, struct params)
/* More takes CAP_NET_ADMIN; 0 is refused where a poll takes packets. */
#define BUDGET_DEFAULT 8

static int get(int fd, int option)
{
	int v = 0;
	socklen_t n = sizeof(v);

	return getsockopt(fd, SOL_SOCKET, option, &v, &n) ? 0 : v;
}

/* True if it was taken. */
static bool set(int fd, int option, uint32_t value, int *error)
{
	int v = value > INT32_MAX ? INT32_MAX : (int)value;

	if (setsockopt(fd, SOL_SOCKET, option, &v, sizeof(v)) == 0)
		return true;
	if (*error == 0)
		*error = -errno;
	return false;
}

struct busy_poll busy_poll_set(int fd, const struct busy_poll *asked)
{
	struct busy_poll got = {0};

	if (asked->us)
		(void)set(fd, SO_BUSY_POLL, asked->us, &got.error);
	if (asked->prefer)
		(void)set(fd, SO_PREFER_BUSY_POLL, 1, &got.error);
	if (asked->budget &&
		set(fd, SO_BUSY_POLL_BUDGET, asked->budget, &got.error))
		got.budget = asked->budget;
	got.us = (uint32_t)get(fd, SO_BUSY_POLL);
	got.prefer = get(fd, SO_PREFER_BUSY_POLL) == 1;
	return got;
}

bool busy_poll_lacks(const struct busy_poll *asked, const struct busy_poll *got,
	char *why, size_t why_bytes)
{
	bool newer =
		(asked->prefer && !got->prefer) || got->budget < asked->budget;

	if (got->error == -ENOPROTOOPT && newer)
		snprintf(why, why_bytes,
			"this kernel has no SO_PREFER_BUSY_POLL and no "
			"SO_BUSY_POLL_BUDGET; that takes Linux 5.11");
	else if (newer)
		snprintf(why, why_bytes,
			"%s was refused; run with CAP_NET_ADMIN",
			got->prefer == asked->prefer ? "SO_BUSY_POLL_BUDGET"
						     : "SO_PREFER_BUSY_POLL");
	else if (got->us < asked->us)
		snprintf(why, why_bytes,
			"busy_poll_us=%u, but --busy-poll asked for %u; raise "
			"sysctl net.core.busy_read, or run with CAP_NET_ADMIN",
			got->us, asked->us);
	else if ((asked->prefer || asked->budget) && got->us == 0)
		snprintf(why, why_bytes,
			"without --busy-poll, no receive polls the device, so "
			"%s has no effect",
			asked->prefer ? "--prefer-busy-poll"
				      : "--busy-poll-budget");
	else
		return false;
	return true;
}

int busy_poll_epoll(int fd, const struct busy_poll *got)
{
	const struct params params = {
		.busy_poll_usecs = got->us,
		.busy_poll_budget =
			(uint16_t)(got->budget ? got->budget : BUDGET_DEFAULT),
		.prefer_busy_poll = got->prefer,
	};
	struct epoll_event event = {.events = EPOLLIN};
	int error, epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		return -errno;
	if (ioctl(epoll, SET_PARAMS, &params) == 0 &&
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return epoll;
	error = errno;
	close(epoll);
	return -error;
}
