/* SPDX-License-Identifier: MIT */
#include "net/group.h"

#include "core/clock.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

/* io_uring releases a killed program's socket in a work queue, some ten
 * milliseconds after the program has ended, and much later on a busy host. */
#define BUSY_NS  1000000000u
#define RETRY_NS 10000000

/*
 * Only a socket that does not share its port finds out whether the port is
 * free; and with port 0 only such a socket gets one that nobody shares. It is
 * closed again, since the group cannot be bound beside it.
 */
static int find_port(struct socket_config *c, char *why, size_t why_bytes)
{
	struct socket_config alone = {.bind = c->bind, .dual = c->dual};
	struct socket_obtained got;
	int fd = socket_open(&alone, &got, why, why_bytes);

	if (fd < 0)
		return fd;
	close(fd);
	c->bind = got.bound;
	return 0;
}

static int open_all(const struct socket_config *config, unsigned count,
	int *fds, struct socket_obtained *got, char *why, size_t why_bytes)
{
	struct socket_config c = *config;
	struct socket_obtained other;
	unsigned n = 0;
	int error = 0;

	c.reuseport = config->reuseport || count > 1;
	if (c.reuseport)
		error = find_port(&c, why, why_bytes);
	while (!error && n < count) {
		fds[n] = socket_open(&c, n ? &other : got, why, why_bytes);
		if (fds[n] < 0)
			error = fds[n];
		else
			n++;
	}
	while (error && n > 0)
		close(fds[--n]);
	return error;
}

int group_open(const struct socket_config *config, unsigned count, int *fds,
	struct socket_obtained *got, char *why, size_t why_bytes)
{
	const struct timespec pause = {.tv_nsec = RETRY_NS};
	uint64_t start = clock_ns();
	int error;

	do {
		error = open_all(config, count, fds, got, why, why_bytes);
	} while (error == -EADDRINUSE && clock_ns() - start < BUSY_NS &&
		 nanosleep(&pause, NULL) == 0);
	return error;
}
