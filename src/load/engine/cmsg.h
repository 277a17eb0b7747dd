/* SPDX-License-Identifier: MIT */
/* Control messages (cmsg(3)) of sends and receives. */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

/* Room for all control messages of a send. */
#define CMSG_SEND_BYTES                                                        \
	(CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(uint64_t)))

/* Room for those of a receive: the segment size of a train. */
#define CMSG_RECEIVE_BYTES CMSG_SPACE(sizeof(int))

/* Writes the segment size (UDP_SEGMENT) and the departure time (SCM_TXTIME) of
 * a send into room, which has CMSG_SEND_BYTES bytes. Either is left out if it
 * is 0. */
void cmsg_write(
	struct msghdr *h, void *room, uint16_t segment, uint64_t leave_ns);

/* The segment size in bytes of the train that arrived (UDP_GRO); 0: a lone
 * datagram. */
uint32_t cmsg_segment(struct msghdr *h);
