/* SPDX-License-Identifier: MIT */
#include "backend/wait.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>

void wait_init(struct wait *w, int fd)
{
	*w = (struct wait){.fd = fd, .timeout_ms = -1};
}

int wait_flag(struct wait *w, int timeout_ms)
{
	struct timeval tv = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000,
	};

	if (timeout_ms == 0)
		return MSG_DONTWAIT;
	if (timeout_ms == w->timeout_ms)
		return 0;
	if (setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		return -errno;
	w->timeout_ms = timeout_ms;
	return 0;
}

enum wait_verdict wait_judge(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
		return WAIT_NOTHING;
	case EBADF:
	case ENOTSOCK:
	case EFAULT:
	case EINVAL:
		return WAIT_BROKEN;
	default:
		return WAIT_AGAIN;
	}
}
