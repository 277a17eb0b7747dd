/* SPDX-License-Identifier: MIT */
/*
 * Control messages of a datagram (cmsg(3)): what arrives with a train, and what
 * goes out with a message. The same for every backend that uses msghdr.
 */
#pragma once

#include "core/batch.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* Room for one number (UDP_GRO, UDP_SEGMENT) and one packet info. */
#define CONTROL_BYTES                                                          \
	(CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

/*
 * Reads UDP_GRO and packet info from what recvmsg filled in: sets
 * t->local, and returns the segment size, 0 for a lone datagram.
 */
uint32_t control_read(const struct msghdr *h, struct train *t);

/*
 * Writes at control (CONTROL_BYTES, aligned as struct cmsghdr) what m needs.
 * Returns its length, 0 where a plain datagram needs none.
 */
size_t control_write(void *control, const struct message *m);
