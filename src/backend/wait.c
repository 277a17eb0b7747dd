/* SPDX-License-Identifier: MIT */
#include "backend/wait.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void wait_init(struct wait *w, const struct backend_config *config)
{
	*w = (struct wait){
		.fd = config->fd,
		.timeout_ms = -1,
		.counters = config->counters,
	};
}

void wait_prefer(struct wait *w, const struct backend_config *config)
{
	char text[160];
	int epoll;

	if (!config->busy_poll.prefer || config->busy_poll.us == 0)
		return;
	epoll = busy_poll_epoll(w->fd, &config->busy_poll);
	if (epoll > 0) {
		w->epoll = epoll;
		return;
	}
	snprintf(text, sizeof(text),
		"no epoll polls the device, so its interrupts are not "
		"suspended (EPIOCSPARAMS: %s)",
		epoll == -ENOTTY ? "it takes Linux 6.9" : strerror(-epoll));
	if (config->notice)
		config->notice(config->notice_arg, text);
}

void wait_fini(struct wait *w)
{
	if (w->epoll > 0)
		close(w->epoll);
	w->epoll = 0;
}

int wait_flag(struct wait *w, int timeout_ms)
{
	struct timeval tv;

	w->epoll_ms = w->epoll ? timeout_ms : 0;
	if (timeout_ms == 0 || w->epoll)
		return MSG_DONTWAIT;
	if (timeout_ms == w->timeout_ms)
		return 0;
	tv.tv_sec = timeout_ms / 1000;
	tv.tv_usec = timeout_ms % 1000 * 1000;
	if (setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv))) {
		w->failed_call = "setsockopt(SO_RCVTIMEO)";
		return -errno;
	}
	w->timeout_ms = timeout_ms;
	return 0;
}

/* Returns as wait_failed(). */
static int wait_readable(struct wait *w)
{
	struct epoll_event event;
	int n, ms = w->epoll_ms;

	w->epoll_ms = 0;
	counter_add(w->counters, COUNTER_RECV_CALLS, 1);
	n = epoll_wait(w->epoll, &event, 1, ms);
	if (n >= 0 || errno == EINTR)
		return n > 0;
	w->failed_call = "epoll_wait";
	return -errno;
}

int wait_failed(struct wait *w, int error)
{
	const struct timespec pause = {.tv_nsec = FAILURES_PAUSE_NS};

	if (error == EAGAIN)
		failures_none(&w->failures);
	if (error == EAGAIN && w->epoll_ms > 0)
		return wait_readable(w);
	if (error == EAGAIN || error == EINTR)
		return 0;
	counter_add(w->counters, COUNTER_RECV_ERRORS, 1);
	switch (failures_judge(&w->failures, error)) {
	case FAILURES_PASS:
		return 1;
	case FAILURES_PAUSE:
		(void)nanosleep(&pause, NULL);
		return 0;
	default:
		return -error;
	}
}
