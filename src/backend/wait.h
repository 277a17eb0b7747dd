/* SPDX-License-Identifier: MIT */
/*
 * Waiting inside the receiving call: SO_RCVTIMEO on a blocking socket costs no
 * call of its own while datagrams come, where poll(2) would cost one a batch.
 */
#pragma once

#include <stdbool.h>

struct wait {
	int fd;
	int timeout_ms; /* as set at fd; -1: not set yet */
};

void wait_init(struct wait *w, int fd);

/*
 * Makes the next receive wait up to timeout_ms. Returns the flag for it: 0, or
 * MSG_DONTWAIT for no waiting at all. -errno on failure.
 */
int wait_flag(struct wait *w, int timeout_ms);

enum wait_verdict {
	WAIT_NOTHING, /* the time ran out, or a signal came */
	WAIT_AGAIN,   /* a report from the network: count it and go on */
	WAIT_BROKEN,  /* going on is pointless */
};

/* What errno after a receive means. */
enum wait_verdict wait_judge(int error);
