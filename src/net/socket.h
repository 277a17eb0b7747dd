/* SPDX-License-Identifier: MIT */
/* Opens and configures UDP sockets. Settings are read back, since the kernel
 * may grant something else. */
#pragma once

#include "core/address.h"
#include "net/busy_poll.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct socket_config {
	/* Address to bind to; family AF_UNSPEC: not bound. */
	union address bind;
	/* Address to connect to; family AF_UNSPEC: not connected. */
	union address remote;
	/* The family if both of these are AF_UNSPEC. */
	sa_family_t family;
	bool reuseport; /* in an SO_REUSEPORT group */
	bool dual;      /* IPv6: also IPv4 (IPV6_V6ONLY off) */
	bool gro;       /* UDP_GRO, if the kernel has it */
	bool local;     /* IP_PKTINFO / IPV6_RECVPKTINFO */
	bool errors;    /* IP_RECVERR / IPV6_RECVERR */
	bool nonblock;
	uint64_t rcvbuf, sndbuf; /* bytes asked for; 0: the system's default */
	struct busy_poll busy_poll;
	/* Of sent datagrams, for both families if the socket is dual. */
	uint8_t tos; /* DSCP << 2 | ECN */
	/* Unicast TTL or hop limit. 0: the system's default, or QUESTION_TTL if
	 * a server could take that default for a reply's. */
	uint8_t ttl;
	bool dontfrag; /* IP_PMTUDISC_DO: EMSGSIZE above the path's MTU */
	uint64_t max_pacing_bytes; /* per second, by qdisc fq; 0: no limit */
	bool txtime; /* SO_TXTIME: SCM_TXTIME gives a send's departure, ... */
	clockid_t txtime_clock; /* ... by this clock */
	/* Get these of received datagrams as control messages: IP_RECVTOS and
	 * IPV6_RECVTCLASS; IP_RECVTTL and IPV6_RECVHOPLIMIT. */
	bool tos_read, ttl_read;
	const char *device; /* SO_BINDTODEVICE; NULL: any */
};

/* The settings as the kernel reports them. */
struct socket_obtained {
	union address bound; /* with the actual port */
	bool gro;
	bool local; /* IP_PKTINFO / IPV6_RECVPKTINFO is on */
	/* SO_RCVBUF, SO_SNDBUF in bytes: twice what was asked for, to allow for
	 * the kernel's overhead (socket(7)). */
	uint32_t rcvbuf, sndbuf;
	/* Less than asked for, because of net.core.rmem_max or wmem_max: only
	 * CAP_NET_ADMIN may exceed them (SO_RCVBUFFORCE). */
	bool rcvbuf_capped, sndbuf_capped;
	struct busy_poll busy_poll;
	uint8_t tos, ttl;
	bool dontfrag, tos_read, ttl_read;
	uint64_t max_pacing_bytes; /* 0: no limit */
};

/* Opens, configures, binds and connects a socket. Returns a descriptor, which
 * the caller closes; or -errno and a sentence in why that names the failing
 * option. got may be NULL. */
int socket_open(const struct socket_config *config, struct socket_obtained *got,
	char *why, size_t why_bytes);

/* The path's MTU as a connected socket knows it (IP_MTU, IPV6_MTU); 0:
 * unknown. */
uint32_t socket_mtu(int fd);

/* SO_MEMINFO (Linux 4.12): the kernel's figures of a socket. */
struct socket_memory {
	uint32_t queued_bytes;  /* SK_MEMINFO_RMEM_ALLOC */
	uint32_t sending_bytes; /* SK_MEMINFO_WMEM_ALLOC */
	uint32_t sndbuf;        /* SK_MEMINFO_SNDBUF */
	uint32_t drops;         /* SK_MEMINFO_DROPS, wraps at 2^32; skbs */
};

/* 0 or -errno. */
int socket_memory(int fd, struct socket_memory *out);
