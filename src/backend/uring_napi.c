/* SPDX-License-Identifier: MIT */
/*
 * Busy-polling. An armed receive makes no call that would obey SO_BUSY_POLL, so
 * the ring itself is told to poll the device's queue while it waits
 * (io_uring_register_napi(3), Linux 6.9), by what the socket was given.
 */
#include "backend/uring_state.h"

#include <stdio.h>
#include <string.h>

/* liburing 2.3 has neither. */
#define REGISTER_NAPI 27

struct napi {
	uint32_t busy_poll_us;
	uint8_t prefer_busy_poll;
	uint8_t pad[3];
	uint64_t reserved;
};

static uint32_t option_of(int fd, int name)
{
	int value = 0;
	socklen_t bytes = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, name, &value, &bytes) || value < 0)
		return 0;
	return (uint32_t)value;
}

void uring_napi_register(struct uring *u, const struct backend_config *config)
{
	const struct napi napi = {
		.busy_poll_us = option_of(config->fd, SO_BUSY_POLL),
		.prefer_busy_poll =
			option_of(config->fd, SO_PREFER_BUSY_POLL) != 0,
	};
	char text[160];
	int error;

	if (napi.busy_poll_us == 0)
		return;
	error = io_uring_register(
		(unsigned)u->ring.ring_fd, REGISTER_NAPI, &napi, 1);
	if (!error || !config->notice)
		return;
	snprintf(text, sizeof(text),
		"io_uring does not busy-poll here (%s; Linux 6.9 or newer is "
		"needed); --backend mmsg does",
		strerror(-error));
	config->notice(config->notice_arg, text);
}
