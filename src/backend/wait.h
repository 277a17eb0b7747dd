/* SPDX-License-Identifier: MIT */
/*
 * Waits inside the receiving call: SO_RCVTIMEO on a blocking socket needs no
 * extra call while datagrams come, but poll(2) would need one per batch. Only
 * with SO_PREFER_BUSY_POLL does an epoll wait, after a receive that found
 * nothing, because the kernel suspends interrupts for no other call. Also
 * handles failed receives, alike for all backends.
 */
#pragma once

#include "backend/backend.h"
#include "core/failures.h"

#include <stdbool.h>

struct wait {
	int fd;
	int timeout_ms; /* as set on fd; -1: not set yet */
	int epoll;      /* that waits instead; 0: none */
	int epoll_ms;   /* that it is yet to wait in this receive */
	/* What failed, if it was not the receive that was to wait; or NULL. */
	const char *failed_call;
	struct counters *counters;
	struct failures failures;
};

void wait_init(struct wait *w, const struct backend_config *config);

/* After wait_init(), for a backend that waits by wait_flag(): waits by epoll if
 * the socket prefers busy-polling and the kernel can do it. */
void wait_prefer(struct wait *w, const struct backend_config *config);

/* Zeroed state is legal. */
void wait_fini(struct wait *w);

/*
 * Makes the next receive wait up to timeout_ms. Returns the flag to pass to it:
 * 0, or MSG_DONTWAIT not to wait; or -errno.
 */
int wait_flag(struct wait *w, int timeout_ms);

/* Call after a successful receive. */
static inline void wait_worked(struct wait *w)
{
	failures_none(&w->failures);
}

/*
 * Call after a receive failed with error (an errno). 1: try again at once; 0:
 * there was nothing, or the failure may pass and a short pause was made, so
 * return to the worker; -errno: receiving will not work any more.
 */
int wait_failed(struct wait *w, int error);

/* Returns error, 0 or what wait_flag() or wait_failed() returned, after saying
 * in the batch which call it was of. */
static inline int wait_over(const struct wait *w, struct batch *b, int error)
{
	b->failed_call = w->failed_call;
	return error;
}
