/* SPDX-License-Identifier: MIT */
/*
 * How a server distinguishes another server's reply from a request: by the TTL
 * (IPv6: hop limit) with which it arrives. Only the IP header can differ
 * between a request and its reply: an echo's payload, addresses and ports do
 * not show who began.
 *
 * Systems send with an initial TTL of 64, 128 or 255, some old ones with 30 to
 * 60. A server's sockets send with 191. A datagram that arrives with 129 to 191
 * left such a socket at most 62 hops ago, more than any real path has, and is
 * never answered: two servers set against each other stop after one bounce.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define REPLY_TTL       191
#define REPLY_TTL_LEAST 129

/* A client's TTL if the system's default could be taken for a reply's. */
#define QUESTION_TTL 64

/* Is it the TTL of an arriving reply? */
static inline bool reply_ttl_is(uint8_t ttl)
{
	return ttl >= REPLY_TTL_LEAST && ttl <= REPLY_TTL;
}

/* For a client's socket: could a server some hops away take its datagrams for
 * replies? With a TTL of 255 it would have to be 64 hops away. */
static inline bool reply_ttl_may_become(unsigned ttl)
{
	return ttl >= REPLY_TTL_LEAST && ttl < 255;
}
