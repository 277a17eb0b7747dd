/* SPDX-License-Identifier: MIT */
#include "load/engine/pipe.h"

#include "core/address.h"
#include "core/failures.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Wanted; an ordinary user gets this too, until they have many pipes. */
#define PIPE_BYTES (1 << 20)

int pipe_init(struct pipe *p)
{
	int fds[2], bytes;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	p->out = fds[0];
	p->in = fds[1];
	(void)fcntl(p->in, F_SETPIPE_SZ, PIPE_BYTES);
	bytes = fcntl(p->in, F_GETPIPE_SZ);
	p->pages = bytes > 0 ? (uint32_t)(bytes / sysconf(_SC_PAGESIZE)) : 1;
	if (p->pages >= PIPE_MESSAGE_PAGES)
		return 0;
	pipe_fini(p);
	return -EMFILE;
}

void pipe_fini(struct pipe *p)
{
	close(p->in);
	close(p->out);
	*p = (struct pipe){0};
}

int pipe_put(struct pipe *p, const struct iovec *iov, uint32_t n, size_t bytes)
{
	ssize_t r = vmsplice(p->in, iov, n, SPLICE_F_NONBLOCK);

	if (r == (ssize_t)bytes)
		return 0;
	if (r < 0)
		return -errno;
	pipe_empty(p);
	return -EAGAIN;
}

int pipe_send(const struct pipe *p, int fd, uint32_t bytes)
{
	ssize_t r = splice(p->out, NULL, fd, NULL, bytes, 0);

	if (r < 0)
		return -errno;
	/* A datagram of less would have left. */
	return r == (ssize_t)bytes ? 0 : -EIO;
}

void pipe_empty(const struct pipe *p)
{
	static char sink[65536];

	while (read(p->out, sink, sizeof(sink)) > 0)
		continue;
}

/* A socket connected to itself. Returns the descriptor, or -errno. */
static int open_probe(int family, int segment)
{
	union address a = {.sa.sa_family = (sa_family_t)family};
	socklen_t length = address_length(&a);
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, error;

	if (fd < 0)
		return -errno;
	if (family == AF_INET6)
		a.in6.sin6_addr = in6addr_loopback;
	else
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, &a.sa, length) == 0 &&
		getsockname(fd, &a.sa, &length) == 0 &&
		connect(fd, &a.sa, length) == 0 &&
		setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) == 0 &&
		setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment,
			sizeof(segment)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int pass(struct pipe *p, int fd, uint8_t *memory, size_t bytes)
{
	const struct iovec iov = {memory, bytes};
	uint8_t back[16384];
	int error = pipe_put(p, &iov, 1, bytes);

	if (!error)
		error = pipe_send(p, fd, (uint32_t)bytes);
	if (error)
		return error;
	/* Sent as lone datagrams, each piece would arrive by itself. */
	if (recv(fd, back, sizeof(back), 0) != (ssize_t)bytes ||
		memcmp(back, memory, bytes) != 0)
		return -EOPNOTSUPP;
	return 0;
}

static int probe(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t segment = 1000;
	size_t bytes = 5 * segment;
	struct pipe p;
	int fd, error = pipe_init(&p);
	uint8_t *memory;

	if (error)
		return error;
	fd = open_probe(AF_INET, (int)segment);
	if (fd < 0)
		fd = open_probe(AF_INET6, (int)segment);
	memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	error = fd < 0 ? fd : memory == MAP_FAILED ? -ENOMEM : 0;
	if (!error) {
		memset(memory, 's', bytes);
		error = pass(&p, fd, memory, bytes);
	}
	if (memory != MAP_FAILED)
		munmap(memory, 2 * page);
	if (fd >= 0)
		close(fd);
	pipe_fini(&p);
	return error;
}

int pipe_probe(void)
{
	int error;
	uint32_t n = 0;

	do
		error = probe();
	while (error == -EINTR && ++n < FAILURES_MAX);
	/* So many are not signals, but a seccomp filter. */
	return error == -EINTR ? -EPERM : error;
}
