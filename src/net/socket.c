/* SPDX-License-Identifier: MIT */
#include "net/socket.h"

#include "core/reply_ttl.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct wanted {
	bool on;
	int level, option, value;
	const char *name;
};

static int set(int fd, int level, int option, const void *value, size_t bytes,
	const char *name, char *why, size_t why_bytes)
{
	int error;

	if (setsockopt(fd, level, option, value, (socklen_t)bytes) == 0)
		return 0;
	error = errno;
	snprintf(why, why_bytes, "setting %s: %s", name, strerror(error));
	return -error;
}

static int set_all(
	int fd, const struct wanted *w, size_t n, char *why, size_t why_bytes)
{
	int error = 0;

	for (; n > 0 && !error; n--, w++)
		if (w->on)
			error = set(fd, w->level, w->option, &w->value,
				sizeof(w->value), w->name, why, why_bytes);
	return error;
}

static int set_options(int fd, const struct socket_config *c, bool v6,
	char *why, size_t why_bytes)
{
	const struct wanted wanted[] = {
		{c->reuseport, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT"},
		{v6, IPPROTO_IPV6, IPV6_V6ONLY, !c->dual, "IPV6_V6ONLY"},
		{c->local && v6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1,
			"IPV6_RECVPKTINFO"},
		/* A dual-stack socket reports IPv4 as v4-mapped IPv6 packet
		 * info. */
		{c->local && !v6, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO"},
		{c->errors && v6, IPPROTO_IPV6, IPV6_RECVERR, 1,
			"IPV6_RECVERR"},
		{c->errors && !v6, IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR"},
	};

	return set_all(
		fd, wanted, sizeof(wanted) / sizeof(wanted[0]), why, why_bytes);
}

/* On a dual-stack socket the options of either family apply to that family. */
static int set_ip(int fd, const struct socket_config *c, bool v6, char *why,
	size_t why_bytes)
{
	bool v4 = !v6 || c->dual;
	const struct wanted wanted[] = {
		{c->tos && v4, IPPROTO_IP, IP_TOS, c->tos, "IP_TOS"},
		{c->tos && v6, IPPROTO_IPV6, IPV6_TCLASS, c->tos,
			"IPV6_TCLASS"},
		{c->ttl && v4, IPPROTO_IP, IP_TTL, c->ttl, "IP_TTL"},
		{c->ttl && v6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, c->ttl,
			"IPV6_UNICAST_HOPS"},
		{c->dontfrag && v4, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO,
			"IP_MTU_DISCOVER"},
		{c->dontfrag && v6, IPPROTO_IPV6, IPV6_DONTFRAG, 1,
			"IPV6_DONTFRAG"},
		{c->tos_read && v4, IPPROTO_IP, IP_RECVTOS, 1, "IP_RECVTOS"},
		{c->ttl_read && v4, IPPROTO_IP, IP_RECVTTL, 1, "IP_RECVTTL"},
		{c->tos_read && v6, IPPROTO_IPV6, IPV6_RECVTCLASS, 1,
			"IPV6_RECVTCLASS"},
		{c->ttl_read && v6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1,
			"IPV6_RECVHOPLIMIT"},
	};

	return set_all(
		fd, wanted, sizeof(wanted) / sizeof(wanted[0]), why, why_bytes);
}

/* The kernel would cut a name that is too long, and might find a device. */
static int set_device(int fd, const char *name, char *why, size_t why_bytes)
{
	char what[sizeof("SO_BINDTODEVICE ") + IFNAMSIZ];

	if (strlen(name) >= IFNAMSIZ) {
		snprintf(why, why_bytes, "%s: too long for a device's name",
			name);
		return -ENODEV;
	}
	snprintf(what, sizeof(what), "SO_BINDTODEVICE %s", name);
	return set(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name), what,
		why, why_bytes);
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
 * The privileged option may exceed net.core.?mem_max; the plain one is capped
 * silently, so the result is read back.
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

static uint64_t get_pacing(int fd)
{
	uint64_t v = 0;
	socklen_t n = sizeof(v);

	if (getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &v, &n))
		return 0;
	return v == (n == sizeof(v) ? UINT64_MAX : UINT32_MAX) ? 0 : v;
}

static void read_ip(int fd, struct socket_obtained *got, bool v6)
{
	if (v6) {
		got->tos = (uint8_t)get_int(fd, IPPROTO_IPV6, IPV6_TCLASS);
		got->ttl =
			(uint8_t)get_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS);
		got->dontfrag = get_int(fd, IPPROTO_IPV6, IPV6_DONTFRAG);
		got->tos_read = get_int(fd, IPPROTO_IPV6, IPV6_RECVTCLASS);
		got->ttl_read = get_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT);
		return;
	}
	got->tos = (uint8_t)get_int(fd, IPPROTO_IP, IP_TOS);
	got->ttl = (uint8_t)get_int(fd, IPPROTO_IP, IP_TTL);
	got->dontfrag =
		get_int(fd, IPPROTO_IP, IP_MTU_DISCOVER) == IP_PMTUDISC_DO;
	got->tos_read = get_int(fd, IPPROTO_IP, IP_RECVTOS);
	got->ttl_read = get_int(fd, IPPROTO_IP, IP_RECVTTL);
}

/* Server replies are recognised by their TTL (core/reply_ttl.h), so it is an
 * error if the TTL is not what was asked for. A default TTL that could be taken
 * for a reply's is replaced. */
static int check_ttl(int fd, const struct socket_config *c, int level,
	int option, const char *name, char *why, size_t why_bytes)
{
	uint32_t got = get_int(fd, level, option);
	int ttl = QUESTION_TTL;

	if (c->ttl && got != c->ttl) {
		snprintf(why, why_bytes, "%s was set to %u, and is %u", name,
			c->ttl, got);
		return -EIO;
	}
	if (!c->ttl && reply_ttl_may_become(got))
		return set(fd, level, option, &ttl, sizeof(ttl), name, why,
			why_bytes);
	return 0;
}

static int check_ttls(int fd, const struct socket_config *c, bool v6, char *why,
	size_t why_bytes)
{
	int error = 0;

	if (!v6 || c->dual)
		error = check_ttl(
			fd, c, IPPROTO_IP, IP_TTL, "IP_TTL", why, why_bytes);
	if (!error && v6)
		error = check_ttl(fd, c, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
			"IPV6_UNICAST_HOPS", why, why_bytes);
	return error;
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

/* Clocks other than CLOCK_MONOTONIC need CAP_NET_ADMIN. The discipline drops
 * and counts what misses its time. */
static int set_pacing(
	int fd, const struct socket_config *c, char *why, size_t why_bytes)
{
	const struct sock_txtime txtime = {.clockid = c->txtime_clock};
	int error = 0;

	/* Before Linux 5.0 the kernel uses the lower 32 bits. */
	if (c->max_pacing_bytes)
		error = set(fd, SOL_SOCKET, SO_MAX_PACING_RATE,
			&c->max_pacing_bytes, sizeof(c->max_pacing_bytes),
			"SO_MAX_PACING_RATE", why, why_bytes);
	if (!error && c->txtime)
		error = set(fd, SOL_SOCKET, SO_TXTIME, &txtime, sizeof(txtime),
			"SO_TXTIME", why, why_bytes);
	return error;
}

static int configure(int fd, const struct socket_config *c,
	struct socket_obtained *got, bool v6, char *why, size_t why_bytes)
{
	socklen_t n = sizeof(got->bound);
	int one = 1;
	int error = set_options(fd, c, v6, why, why_bytes);

	if (!error)
		error = set_ip(fd, c, v6, why, why_bytes);
	if (!error && c->device)
		error = set_device(fd, c->device, why, why_bytes);
	if (!error)
		error = set_pacing(fd, c, why, why_bytes);
	if (error)
		return error;
	got->local = c->local;
	/* Missing before Linux 5.0: then gro stays false. */
	got->gro = c->gro &&
		   setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)) == 0;
	got->rcvbuf = set_buffer(
		fd, SO_RCVBUFFORCE, SO_RCVBUF, c->rcvbuf, &got->rcvbuf_capped);
	got->sndbuf = set_buffer(
		fd, SO_SNDBUFFORCE, SO_SNDBUF, c->sndbuf, &got->sndbuf_capped);
	got->busy_poll = busy_poll_set(fd, &c->busy_poll);
	error = attach(fd, &c->bind, bind, "binding", why, why_bytes);
	if (!error)
		error = attach(fd, &c->remote, connect, "connecting to", why,
			why_bytes);
	/* Once connected, the route may set a hop limit. */
	if (!error)
		error = check_ttls(fd, c, v6, why, why_bytes);
	if (error)
		return error;
	got->max_pacing_bytes = get_pacing(fd);
	read_ip(fd, got, v6);
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

uint32_t socket_mtu(int fd)
{
	bool v6 = get_int(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6;

	return v6 ? get_int(fd, IPPROTO_IPV6, IPV6_MTU)
		  : get_int(fd, IPPROTO_IP, IP_MTU);
}

int socket_memory(int fd, struct socket_memory *out)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t n = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &n))
		return -errno;
	out->queued_bytes = info[SK_MEMINFO_RMEM_ALLOC];
	out->sending_bytes = info[SK_MEMINFO_WMEM_ALLOC];
	out->sndbuf = info[SK_MEMINFO_SNDBUF];
	out->drops = info[SK_MEMINFO_DROPS];
	return 0;
}
