/* SPDX-License-Identifier: MIT */
/*
 * Departures that the kernel times: each send says when it is to leave
 * (SCM_TXTIME), and is made that much ahead, so that the thread may be late and
 * the datagram is not. Private to load/.
 */
#pragma once

#include <stdint.h>
#include <time.h>

/* A send is made so much before it is to leave, at most. */
#define TXTIME_LEAD_NS 1000000u

/* How far a clock is ahead of CLOCK_MONOTONIC. */
uint64_t txtime_ahead_ns(clockid_t clock);

/* When a send leaves that was meant for meant_ns, both of CLOCK_MONOTONIC. What
 * is late leaves at once, by fq; etf drops what is not ahead of its time. */
uint64_t txtime_leave_ns(clockid_t clock, uint64_t meant_ns, uint64_t now_ns);
