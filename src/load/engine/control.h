/* SPDX-License-Identifier: MIT */
/*
 * Departures that the kernel times: each send says when it is to leave
 * (SCM_TXTIME), and is made that much ahead, so that the thread may be late and
 * the datagram is not. Private to load/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

/* A send is made so much before it is to leave, at most. */
#define TXTIME_LEAD_NS 1000000u

/* Room for what a send says of itself. */
#define TXTIME_CONTROL                                                         \
	(CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(uint64_t)))

/* The control messages of a send, at room, of TXTIME_CONTROL bytes: to be cut
 * into segments of so many bytes, and to leave at that time; 0: neither. */
void txtime_control(
	struct msghdr *h, void *room, uint16_t segment, uint64_t leave_ns);

/* How far a clock is ahead of CLOCK_MONOTONIC. */
uint64_t txtime_ahead_ns(clockid_t clock);

/* When a send leaves that was meant for meant_ns, both of CLOCK_MONOTONIC. What
 * is late leaves at once, by fq; etf drops what is not ahead of its time. */
uint64_t txtime_leave_ns(clockid_t clock, uint64_t meant_ns, uint64_t now_ns);
