/* SPDX-License-Identifier: MIT */
#include "load/engine/ready.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

int ready_init(struct ready *r)
{
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

int ready_watch(struct ready *r, int fd, void *what)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = what};

	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

void ready_unwatch(struct ready *r, int fd)
{
	(void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, fd, NULL);
}

int ready_wait(struct ready *r, uint64_t timeout_ns)
{
	const struct timespec wait = {
		.tv_sec = (time_t)(timeout_ns / 1000000000u),
		.tv_nsec = (long)(timeout_ns % 1000000000u),
	};
	int n = epoll_pwait2(r->epoll, r->events, READY_EVENTS, &wait, NULL);

	/* Linux before 5.11 lacks it and can only wait for whole milliseconds;
	 * seccomp filters of that age refuse unknown calls. */
	if (n < 0 && (errno == ENOSYS || errno == EPERM))
		n = epoll_wait(r->epoll, r->events, READY_EVENTS,
			(int)(timeout_ns / 1000000u));
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
