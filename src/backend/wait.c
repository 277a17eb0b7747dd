/* SPDX-License-Identifier: MIT */
#include "backend/wait.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

void wait_init(struct wait *w, const struct backend_config *config)
{
	*w = (struct wait){
		.fd = config->fd,
		.timeout_ms = -1,
		.counters = config->counters,
	};
}

int wait_flag(struct wait *w, int timeout_ms)
{
	struct timeval tv;

	if (timeout_ms == 0)
		return MSG_DONTWAIT;
	if (timeout_ms == w->timeout_ms)
		return 0;
	tv.tv_sec = timeout_ms / 1000;
	tv.tv_usec = timeout_ms % 1000 * 1000;
	if (setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		return -errno;
	w->timeout_ms = timeout_ms;
	return 0;
}

int wait_failed(struct wait *w, int error)
{
	const struct timespec pause = {.tv_nsec = FAILURES_PAUSE_NS};

	if (error == EAGAIN)
		failures_none(&w->failures);
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
