/* SPDX-License-Identifier: MIT */
/* What a send says of itself in control messages (cmsg(3)). */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

/* Room for all of them. */
#define CMSG_SEND_BYTES                                                        \
	(CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(uint64_t)))

/* Room for what a receive is told: a train's segment. */
#define CMSG_RECEIVE_BYTES CMSG_SPACE(sizeof(int))

/* To be cut into segments of so many bytes (UDP_SEGMENT), and to leave at that
 * time (SCM_TXTIME); 0: neither. room: of CMSG_SEND_BYTES bytes. */
void cmsg_write(
	struct msghdr *h, void *room, uint16_t segment, uint64_t leave_ns);

/* Bytes of each segment of the train that arrived (UDP_GRO); 0: it is none. */
uint32_t cmsg_segment(struct msghdr *h);
