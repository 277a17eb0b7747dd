/* SPDX-License-Identifier: MIT */
/*
 * The errors that ICMP has reported for a socket's datagrams, and that the
 * kernel keeps for it (IP_RECVERR, IPV6_RECVERR; ip(7)). Each is one datagram,
 * or one train, that did not get where it should have. The queue has to be
 * emptied: it takes room of the receive buffer, and wakes who polls.
 */
#pragma once

#include <stdint.h>

struct errqueue {
	uint32_t too_big; /* a router had no room for it, and dropped it */
	uint32_t refused; /* nobody listens there */
	uint32_t other;
};

/* Empties it, and says what was there by ICMP: what this host itself refused
 * to send is told by the send. Never blocks. */
void errqueue_read(int fd, struct errqueue *out);
