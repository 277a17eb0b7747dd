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

/* The loopback device is the first in every namespace. */
#define QDISC_LOOPBACK 1

/* Sums over the namespace's interfaces: only the loopback device, or all
 * others. 0 or -errno; counts that cannot be read are 0. */
int qdisc_read(int fd, bool loopback, struct qdisc_counts *out);

/*
 * Does this kernel keep what is sent on a list in front of a discipline while
 * another CPU has it? (Linux 6.19, commit 100dfa74cad9 in net/core/dev.c; not
 * for pfifo_fast and others without a lock.) Then:
 *
 * - what is beyond net.core.qdisc_max_burst there is dropped, and the sender is
 *   told (ENOBUFS), but the discipline does not count it; the drop reason is
 *   QDISC_BURST_DROP. Who does not ask for errors, and a router, is not told;
 * - a send succeeds before the discipline has seen it. If that drops it, the
 *   discipline counts it, but the sender is not told;
 * - what is on the list when a device goes down is dropped, and not counted.
 *
 * So neither count includes the other, as it does before.
 */
bool qdisc_bursts(void);

/* The same for a release as in uname(2), such as "6.19.3-amd64". */
bool qdisc_bursts_in(const char *release);

/* Disciplines that send at a given time (SO_TXTIME), and their clocks. */
enum qdisc_pacer {
	QDISC_NO_PACER,
	QDISC_FQ,  /* CLOCK_MONOTONIC */
	QDISC_ETF, /* CLOCK_TAI, as it is usually set up */
};

/* The first such discipline of a device: one of enum qdisc_pacer, or -errno. */
int qdisc_pacer(int fd, unsigned device);

/* Does a device have no discipline, so that datagrams are neither queued nor
 * duplicated there? 1 or 0, or -errno. */
int qdisc_has_none(int fd, unsigned device);
