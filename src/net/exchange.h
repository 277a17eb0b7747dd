/* SPDX-License-Identifier: MIT */
/*
 * One question and its answer: a datagram is sent, and the first that comes
 * back is taken. How often to ask and how long to wait is the caller's.
 *
 * The socket is connected, so that the kernel drops what anybody but the peer
 * sends, and an ICMP error of the peer's host is an error of this socket
 * (udp(7)). One thread at a time.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange_config {
	union address peer;
	union address bind; /* family AF_UNSPEC: not bound before it sends */
	const char *device; /* SO_BINDTODEVICE; NULL: any */
	/* Not connected, and an answer from anybody is taken: what a client
	 * does that calls sendto(2) and then recvfrom(2). */
	bool promiscuous;
};

struct exchange {
	bool open;
	int fd;
	bool promiscuous, connected;
	union address peer;
	union address local; /* as of now: changed by the first ask */
	/* The failure came by ICMP: from the peer's host or the way to it, and
	 * not from this one. */
	bool icmp;
	uint32_t strangers; /* datagrams of others than the peer, passed over */
};

struct exchange_answer {
	union address from;
	uint32_t bytes; /* 0 is an answer too */
};

/* 0; or -errno and a sentence in why. exchange_fini() is legal in any case. */
int exchange_init(struct exchange *e, const struct exchange_config *config,
	char *why, size_t why_bytes);

/* What the first exchange_ask() does before it sends: peer and local are known
 * then. 0; or -errno and a sentence in why. */
int exchange_connect(struct exchange *e, char *why, size_t why_bytes);

/* Sends one datagram, also of zero bytes. 0; or -errno and a sentence in why:
 * -ECONNREFUSED where one sent before was refused by the peer's host. */
int exchange_ask(struct exchange *e, const void *data, uint32_t bytes,
	char *why, size_t why_bytes);

/*
 * Waits for an answer, which goes to data; what exceeds room is cut off, and
 * 65535 bytes is room for any. 1 answered; 0 the time ran out; or -errno and a
 * sentence in why.
 */
int exchange_wait(struct exchange *e, uint64_t timeout_ns, void *data,
	size_t room, struct exchange_answer *answer, char *why,
	size_t why_bytes);

/* Legal on zeroed state. */
void exchange_fini(struct exchange *e);
