/* SPDX-License-Identifier: MIT */
#include "load/engine/ready.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

int ready_init(struct ready *r, bool few)
{
	for (uint32_t i = 0; i < READY_FEW; i++)
		r->polled[i].fd = -1;
	if (few)
		return 0;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->made = r->epoll >= 0;
	return r->made ? 0 : -errno;
}

void ready_fini(struct ready *r)
{
	if (r->made)
		close(r->epoll);
	*r = (struct ready){0};
}

/* The place of a descriptor among few; READY_FEW: none. -1: a free place. */
static uint32_t place_of(const struct ready *r, int fd)
{
	uint32_t i = 0;

	while (i < READY_FEW && r->polled[i].fd != fd)
		i++;
	return i;
}

int ready_watch(struct ready *r, int fd, void *what)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = what};
	uint32_t i;

	if (r->made)
		return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
	i = place_of(r, -1);
	if (i == READY_FEW)
		return -ENOSPC;
	r->polled[i] = (struct pollfd){.fd = fd, .events = POLLIN};
	r->what[i] = what;
	return 0;
}

void ready_unwatch(struct ready *r, int fd)
{
	uint32_t i = r->made ? READY_FEW : place_of(r, fd);

	if (r->made)
		(void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, fd, NULL);
	else if (i < READY_FEW)
		r->polled[i].fd = -1;
}

/* Both return as poll(2) does, and fill in events. */
static int wait_for_few(struct ready *r, const struct timespec *wait)
{
	int n = ppoll(r->polled, READY_FEW, wait, NULL);
	uint32_t found = 0;

	for (uint32_t i = 0; n > 0 && i < READY_FEW; i++)
		if (r->polled[i].fd >= 0 && r->polled[i].revents)
			r->events[found++].data.ptr = r->what[i];
	return n;
}

static int wait_for_many(struct ready *r, const struct timespec *wait)
{
	int n = epoll_pwait2(r->epoll, r->events, READY_EVENTS, wait, NULL);

	/* Linux before 5.11 lacks it and can only wait for whole milliseconds;
	 * seccomp filters of that age refuse unknown calls. */
	if (n < 0 && (errno == ENOSYS || errno == EPERM))
		n = epoll_wait(r->epoll, r->events, READY_EVENTS,
			(int)(wait->tv_sec * 1000 + wait->tv_nsec / 1000000));
	return n;
}

int ready_wait(struct ready *r, uint64_t timeout_ns)
{
	const struct timespec wait = {
		.tv_sec = (time_t)(timeout_ns / 1000000000u),
		.tv_nsec = (long)(timeout_ns % 1000000000u),
	};
	int n = r->made ? wait_for_many(r, &wait) : wait_for_few(r, &wait);

	if (n < 0 && errno != EINTR)
		return -errno;
	r->count = n > 0 ? (uint32_t)n : 0;
	r->told = 0;
	return (int)r->count;
}

void *ready_next(struct ready *r)
{
	return r->told < r->count ? r->events[r->told++].data.ptr : NULL;
}
