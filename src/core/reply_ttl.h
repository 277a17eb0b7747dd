/* SPDX-License-Identifier: MIT */
/*
 * How a server tells the reply of a server from a question: by the TTL (IPv6:
 * hop limit) that it arrives with. The IP header is the one place that a reply
 * does not share with the datagram that it answers: an echo's payload, address
 * and ports say nothing about who began.
 *
 * Systems send with an initial TTL of 64, 128 or 255, some old ones with 30 to
 * 60. A server's sockets send with 191. What arrives with 129 to 191 has left
 * such a socket at most 62 hops ago, which is further than paths are long, and
 * is never answered: servers that are set at each other stop after one bounce.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define REPLY_TTL       191
#define REPLY_TTL_LEAST 129

/* What a client's socket gets in place of a default that would not do. */
#define QUESTION_TTL 64

/* Of a datagram that arrived. */
static inline bool reply_ttl_is(uint8_t ttl)
{
	return ttl >= REPLY_TTL_LEAST && ttl <= REPLY_TTL;
}

/* Of a socket that asks: could a server some hops away take its datagrams for
 * replies? With 255 it would have to be 64 hops away. */
static inline bool reply_ttl_may_become(unsigned ttl)
{
	return ttl >= REPLY_TTL_LEAST && ttl < 255;
}
