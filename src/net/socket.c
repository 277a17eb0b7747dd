/* SPDX-License-Identifier: MIT */
#include "net/socket.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

struct wanted {
	bool on;
	int level, option, value;
	const char *name;
};

static int set_all(
	int fd, const struct wanted *w, size_t n, char *why, size_t why_bytes)
{
	for (; n > 0; n--, w++) {
		if (!w->on)
			continue;
		if (setsockopt(fd, w->level, w->option, &w->value,
			    sizeof(w->value)) == 0)
			continue;
		int error = errno;

		snprintf(why, why_bytes, "setting %s: %s", w->name,
			strerror(error));
		return -error;
	}
	return 0;
}

static int set_options(int fd, const struct socket_config *c, bool v6,
	char *why, size_t why_bytes)
{
	const struct wanted wanted[] = {
		{c->reuseport, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT"},
		{v6, IPPROTO_IPV6, IPV6_V6ONLY, !c->dual, "IPV6_V6ONLY"},
		{c->local && v6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1,
			"IPV6_RECVPKTINFO"},
		/* A dual-stack socket reports IPv4 as v4-mapped PKTINFO. */
		{c->local && !v6, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO"},
		{c->errors && v6, IPPROTO_IPV6, IPV6_RECVERR, 1,
			"IPV6_RECVERR"},
		{c->errors && !v6, IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR"},
	};

	return set_all(
		fd, wanted, sizeof(wanted) / sizeof(wanted[0]), why, why_bytes);
}

static uint32_t get_int(int fd, int level, int option)
{
	int v = 0;
	socklen_t n = sizeof(v);

	if (getsockopt(fd, level, option, &v, &n) || n != sizeof(v))
		return 0;
	return (uint32_t)v;
}

/*
 * The privileged option exceeds net.core.?mem_max; without privilege the plain
 * one is capped by it and says nothing, hence the look afterwards.
 */
static uint32_t set_buffer(
	int fd, int force, int plain, uint64_t bytes, bool *capped)
{
	int v = bytes > INT32_MAX / 2 ? INT32_MAX / 2 : (int)bytes;
	uint32_t got;

	if (bytes && setsockopt(fd, SOL_SOCKET, force, &v, sizeof(v)))
		(void)!setsockopt(fd, SOL_SOCKET, plain, &v, sizeof(v));
	got = get_int(fd, SOL_SOCKET, plain);
	*capped = bytes && got / 2 < bytes;
	return got;
}

static int attach(int fd, const union address *a,
	int (*call)(int, const struct sockaddr *, socklen_t), const char *name,
	char *why, size_t why_bytes)
{
	char text[ADDRESS_TEXT];
	int error;

	if (a->sa.sa_family == AF_UNSPEC ||
		call(fd, &a->sa, address_length(a)) == 0)
		return 0;
	error = errno;
	snprintf(why, why_bytes, "%s %s: %s", name, address_format(a, text),
		strerror(error));
	return -error;
}

static int configure(int fd, const struct socket_config *c,
	struct socket_obtained *got, bool v6, char *why, size_t why_bytes)
{
	socklen_t n = sizeof(got->bound);
	int one = 1;
	int error = set_options(fd, c, v6, why, why_bytes);

	if (error)
		return error;
	got->local = c->local;
	/* Before Linux 5.0 there is none: then gro stays false. */
	got->gro = c->gro &&
		   setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)) == 0;
	got->rcvbuf = set_buffer(
		fd, SO_RCVBUFFORCE, SO_RCVBUF, c->rcvbuf, &got->rcvbuf_capped);
	got->sndbuf = set_buffer(
		fd, SO_SNDBUFFORCE, SO_SNDBUF, c->sndbuf, &got->sndbuf_capped);
	error = attach(fd, &c->bind, bind, "binding", why, why_bytes);
	if (!error)
		error = attach(fd, &c->remote, connect, "connecting to", why,
			why_bytes);
	if (error)
		return error;
	if (getsockname(fd, &got->bound.sa, &n)) {
		error = errno;
		snprintf(why, why_bytes, "getsockname: %s", strerror(error));
		return -error;
	}
	return 0;
}

static sa_family_t family_of(const struct socket_config *c)
{
	if (c->bind.sa.sa_family)
		return c->bind.sa.sa_family;
	return c->remote.sa.sa_family ? c->remote.sa.sa_family : c->family;
}

int socket_open(const struct socket_config *c, struct socket_obtained *got,
	char *why, size_t why_bytes)
{
	struct socket_obtained local = {0};
	sa_family_t family = family_of(c);
	int type = SOCK_DGRAM | SOCK_CLOEXEC;
	int error, fd;

	if (c->nonblock)
		type |= SOCK_NONBLOCK;
	fd = socket(family, type, IPPROTO_UDP);
	if (fd < 0) {
		error = errno;
		snprintf(why, why_bytes, "opening an %s UDP socket: %s",
			family == AF_INET6 ? "IPv6" : "IPv4", strerror(error));
		return -error;
	}
	error = configure(fd, c, &local, family == AF_INET6, why, why_bytes);
	if (error) {
		close(fd);
		return error;
	}
	if (got)
		*got = local;
	return fd;
}

int socket_memory(int fd, struct socket_memory *out)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t n = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &n))
		return -errno;
	out->queued_bytes = info[SK_MEMINFO_RMEM_ALLOC];
	out->drops = info[SK_MEMINFO_DROPS];
	return 0;
}
