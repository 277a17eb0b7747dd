/* SPDX-License-Identifier: MIT */
/*
 * Control messages of a datagram (cmsg(3)): what arrives with a train, and what
 * goes out with a message. The same for every backend that uses msghdr.
 */
#pragma once

#include "backend/backend.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* Room for one number (UDP_GRO, UDP_SEGMENT) and one packet info. */
#define CONTROL_BYTES                                                          \
	(CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

/* Whole cache lines, so that what follows begins with one. */
#define CONTROL_LINES(bytes) (((bytes) + 63) / 64 * 64)

/* What arrives may have TOS and TTL besides: the most that control_room() says.
 */
#define CONTROL_ROOM_MOST                                                      \
	CONTROL_LINES(CONTROL_BYTES + 2 * CMSG_SPACE(sizeof(int)))

/* Bytes for the control messages that a socket so configured makes of what
 * arrives; 0 where it makes none. */
size_t control_room(const struct backend_config *config);

/*
 * Reads UDP_GRO, packet info, TOS and TTL from what recvmsg filled in: sets
 * t->local, t->tos and t->ttl as control_none() where they did not come, and
 * returns the segment size, 0 for a lone datagram. A message that was cut is
 * not read.
 */
uint32_t control_read(const struct msghdr *h, struct train *t);

/* Of a train that came without any. */
static inline void control_none(struct train *t)
{
	t->local.family = AF_UNSPEC;
	t->tos = t->ttl = 0;
}

/*
 * Writes at control (CONTROL_BYTES, aligned as struct cmsghdr) what m needs.
 * Returns its length, 0 where a plain datagram needs none.
 */
size_t control_write(void *control, const struct message *m);
