/* SPDX-License-Identifier: MIT */
#include "net/segments.h"

#include "core/train.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

uint32_t segments_find(segments_try_fn *try, void *arg)
{
	uint32_t n = TRAIN_SEGMENTS_MOST;

	while (n > TRAIN_SEND_SEGMENTS && try(arg, n))
		n /= 2;
	return n;
}

/* Received whole, so that it cannot overflow a small receive buffer, which the
 * kernel's counters would show. */
static int prepare(int fd)
{
	int on = 1, segment_bytes = 1;

	if (setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) ||
		setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment_bytes,
			sizeof(segment_bytes)))
		return -errno;
	return 0;
}

static int connect_to_itself(int fd, int family)
{
	union address a = {.sa.sa_family = (sa_family_t)family};
	socklen_t length = address_length(&a);

	if (family == AF_INET6)
		a.in6.sin6_addr = in6addr_loopback;
	else
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, &a.sa, length) || getsockname(fd, &a.sa, &length) ||
		connect(fd, &a.sa, length))
		return -errno;
	return 0;
}

/* Both families have the same limit. Returns the descriptor, or -errno. */
static int open_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = connect_to_itself(fd, family);
	if (!error)
		error = prepare(fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

static int send_segments(void *arg, uint32_t n)
{
	static const char zeros[TRAIN_SEGMENTS_MOST];
	int fd = *(int *)arg;

	return send(fd, zeros, n, 0) == (ssize_t)n ? 0 : -errno;
}

uint32_t segments_limit(void)
{
	int fd = open_socket(AF_INET);
	uint32_t n;

	if (fd < 0)
		fd = open_socket(AF_INET6);
	if (fd < 0)
		return TRAIN_SEND_SEGMENTS;
	n = segments_find(send_segments, &fd);
	close(fd);
	return n;
}
