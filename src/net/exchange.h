/* SPDX-License-Identifier: MIT */
/*
 * A request and its answer: sends a datagram, and takes the first that comes
 * back. The caller decides how often to ask and how long to wait.
 *
 * The socket is connected, so that the kernel drops what others than the peer
 * send, and ICMP errors from the peer's host become errors of this socket
 * (udp(7)). One thread at a time.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange_config {
	union address peer;
	union address bind; /* family AF_UNSPEC: not bound */
	const char *device; /* SO_BINDTODEVICE; NULL: any */
	/* Do not connect, and take an answer from anybody, like a client that
	 * calls sendto(2) and recvfrom(2). */
	bool promiscuous;
};

struct exchange {
	bool open;
	int fd;
	bool promiscuous, connected;
	union address peer;
	union address
		local; /* the current local address; the first ask may set it */
	/* The last failure came by ICMP, from the peer's host or the path to
	 * it, and not from this host. */
	bool icmp;
	uint32_t strangers; /* ignored datagrams of others than the peer */
};

struct exchange_answer {
	union address from;
	uint32_t bytes; /* an answer may have 0 bytes */
};

/* Opens the socket. 0; or -errno and a sentence in why. exchange_fini() is
 * legal in either case. */
int exchange_init(struct exchange *e, const struct exchange_config *config,
	char *why, size_t why_bytes);

/* Connects, as the first exchange_ask() would, so that peer and local are
 * known. 0; or -errno and a sentence in why. */
int exchange_connect(struct exchange *e, char *why, size_t why_bytes);

/* Sends one datagram, of zero bytes or more. 0; or -errno and a sentence in
 * why: -ECONNREFUSED if the peer's host refused an earlier one. */
int exchange_ask(struct exchange *e, const void *data, uint32_t bytes,
	char *why, size_t why_bytes);

/*
 * Waits for an answer and copies it to data; what exceeds room is cut off
 * (65535 bytes suffice for any). 1 answered; 0 timeout; or -errno and a
 * sentence in why.
 */
int exchange_wait(struct exchange *e, uint64_t timeout_ns, void *data,
	size_t room, struct exchange_answer *answer, char *why,
	size_t why_bytes);

/* Legal on zeroed state. */
void exchange_fini(struct exchange *e);
