/* SPDX-License-Identifier: MIT */
/* What queueing disciplines have dropped, and hold (rtnetlink(7)). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Of root disciplines only: a class's drops are in its root's as well. Each
 * skb is one, and a segment of a train that a discipline took apart is one.
 */
struct qdisc_counts {
	uint64_t drops;    /* on the way out */
	uint64_t filtered; /* by a filter of an ingress or clsact */
	uint64_t queued;   /* now */
};

/* A socket that asks the namespace that this thread is in, from wherever it is
 * used; close(2) it. Or -errno. */
int qdisc_open(void);

/* Sums over the namespace's interfaces: the loopback device alone, or all but
 * that. 0 or -errno; what cannot be read is 0. */
int qdisc_read(int fd, bool loopback, struct qdisc_counts *out);

/* That sends what is told a time at that time (SO_TXTIME), by which clock. */
enum qdisc_pacer {
	QDISC_NO_PACER,
	QDISC_FQ,  /* CLOCK_MONOTONIC */
	QDISC_ETF, /* CLOCK_TAI, as it is always set up */
};

/* Of a device's disciplines, the first of these. One of enum qdisc_pacer, or
 * -errno. */
int qdisc_pacer(int fd, unsigned device);
