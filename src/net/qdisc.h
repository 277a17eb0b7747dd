/* SPDX-License-Identifier: MIT */
/* Drops and queue lengths of queueing disciplines (rtnetlink(7)). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Sums over root disciplines only, since these include the drops of their
 * classes. Counts skbs; if a discipline takes a train apart, each segment
 * counts.
 */
struct qdisc_counts {
	uint64_t drops;    /* of egress disciplines */
	uint64_t filtered; /* dropped by a filter of an ingress or clsact */
	uint64_t queued;   /* held now */
};

/* Opens a socket that queries this thread's namespace, wherever it is used
 * later; close(2) it. Or -errno. */
int qdisc_open(void);

/* Sums over the namespace's interfaces: only the loopback device, or all
 * others. 0 or -errno; counts that cannot be read are 0. */
int qdisc_read(int fd, bool loopback, struct qdisc_counts *out);

/* Disciplines that send at a given time (SO_TXTIME), and their clocks. */
enum qdisc_pacer {
	QDISC_NO_PACER,
	QDISC_FQ,  /* CLOCK_MONOTONIC */
	QDISC_ETF, /* CLOCK_TAI, as it is usually set up */
};

/* The first such discipline of a device: one of enum qdisc_pacer, or -errno. */
int qdisc_pacer(int fd, unsigned device);
