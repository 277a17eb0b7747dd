/* SPDX-License-Identifier: MIT */
/*
 * Departures timed by the kernel: each send carries its departure time
 * (SCM_TXTIME) and is made ahead of it, so that the datagram leaves in time
 * even if the thread is late. Private to load/.
 */
#pragma once

#include <stdint.h>
#include <time.h>

/* How long before its departure a send is made, at most. */
#define TXTIME_LEAD_NS 1000000u

/* How far a clock is ahead of CLOCK_MONOTONIC. */
uint64_t txtime_ahead_ns(clockid_t clock);

/* The departure time to give a send that is planned for meant_ns; all times are
 * of CLOCK_MONOTONIC. fq sends late ones at once; etf drops them, so that they
 * get a later time. */
uint64_t txtime_leave_ns(clockid_t clock, uint64_t meant_ns, uint64_t now_ns);
