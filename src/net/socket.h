/* SPDX-License-Identifier: MIT */
/* UDP sockets made and configured. Whatever was asked for is read back, since
 * the kernel grants what it likes. */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct socket_config {
	/* Bound to; family AF_UNSPEC: not bound, remote's family is used. */
	union address bind;
	/* Connected to; family AF_UNSPEC: not connected. */
	union address remote;
	/* Of a socket that is neither yet; bind's or remote's goes before. */
	sa_family_t family;
	bool reuseport; /* one of an SO_REUSEPORT group */
	bool dual;      /* IPv6: takes IPv4 too (IPV6_V6ONLY off) */
	bool gro;       /* UDP_GRO, where the kernel has it */
	bool local;     /* IP_PKTINFO / IPV6_RECVPKTINFO */
	bool errors;    /* IP_RECVERR / IPV6_RECVERR */
	bool nonblock;
	uint64_t rcvbuf, sndbuf; /* bytes asked for; 0: the system's default */
	/* SO_BUSY_POLL: how long a receive polls the device; 0: as
	 * net.core.busy_read says. Raising it took CAP_NET_ADMIN once. */
	uint32_t busy_poll_us;
	/* Of what is sent, by both families where the socket is dual. */
	uint8_t tos; /* DSCP << 2 | ECN; a fresh socket has 0 */
	/* Or hop limit, of unicast. 0: the system's default, or QUESTION_TTL
	 * where a server could take that default for a reply's. */
	uint8_t ttl;
	bool dontfrag; /* EMSGSIZE above the path's MTU: IP_PMTUDISC_DO */
	uint64_t max_pacing_bytes; /* a second, by qdisc fq; 0: no bound */
	bool txtime; /* SO_TXTIME: SCM_TXTIME says when a send leaves, ... */
	clockid_t txtime_clock; /* ... by this clock */
	/* Of what arrives, as control messages: IP_RECVTOS and
	 * IPV6_RECVTCLASS; IP_RECVTTL and IPV6_RECVHOPLIMIT. */
	bool tos_read, ttl_read;
	const char *device; /* SO_BINDTODEVICE; NULL: any */
};

/* As the kernel reports it. */
struct socket_obtained {
	union address bound; /* with the port that port 0 became */
	bool gro;
	bool local; /* IP_PKTINFO / IPV6_RECVPKTINFO is on */
	/* SO_RCVBUF, SO_SNDBUF: twice what was asked for, since the kernel
	 * charges its own overhead to it (socket(7)). */
	uint32_t rcvbuf, sndbuf;
	/* Less was granted than asked for: net.core.rmem_max / wmem_max, and
	 * no privilege to exceed it (SO_RCVBUFFORCE, CAP_NET_ADMIN). */
	bool rcvbuf_capped, sndbuf_capped;
	uint32_t busy_poll_us; /* where less than asked for, it was refused */
	uint8_t tos, ttl;
	bool dontfrag, tos_read, ttl_read;
	uint64_t max_pacing_bytes; /* 0: no bound */
};

/* A descriptor >= 0, or -errno and a sentence in why that names the failing
 * option. got may be NULL. The caller closes it. */
int socket_open(const struct socket_config *config, struct socket_obtained *got,
	char *why, size_t why_bytes);

/* What is known of the path's MTU (IP_MTU, IPV6_MTU) of a connected socket; 0
 * where nothing is. */
uint32_t socket_mtu(int fd);

/* SO_MEMINFO (Linux 4.12): the kernel's own figures of a socket. */
struct socket_memory {
	uint32_t queued_bytes;  /* SK_MEMINFO_RMEM_ALLOC */
	uint32_t sending_bytes; /* SK_MEMINFO_WMEM_ALLOC */
	uint32_t sndbuf;        /* SK_MEMINFO_SNDBUF */
	uint32_t drops;         /* SK_MEMINFO_DROPS, wraps at 2^32; skbs */
};

/* 0 or -errno. */
int socket_memory(int fd, struct socket_memory *out);
