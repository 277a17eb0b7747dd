/* SPDX-License-Identifier: MIT */
/*
 * Waiting inside the receiving call: SO_RCVTIMEO on a blocking socket costs no
 * call of its own while datagrams come, where poll(2) would cost one a batch.
 * And what becomes of a receive that fails, which is the same for all backends.
 */
#pragma once

#include "backend/backend.h"
#include "core/failures.h"

#include <stdbool.h>

struct wait {
	int fd;
	int timeout_ms; /* as set at fd; -1: not set yet */
	struct counters *counters;
	struct failures failures;
};

void wait_init(struct wait *w, const struct backend_config *config);

/*
 * Makes the next receive wait up to timeout_ms. Returns the flag for it: 0, or
 * MSG_DONTWAIT for no waiting at all. -errno on failure.
 */
int wait_flag(struct wait *w, int timeout_ms);

/* A receive succeeded. */
static inline void wait_worked(struct wait *w)
{
	failures_none(&w->failures);
}

/*
 * A receive failed with error (an errno). 1: try again at once; 0: nothing was
 * there, or the failure may pass and a moment has been waited, so return to
 * whoever gives orders; -errno: it will not work any more.
 */
int wait_failed(struct wait *w, int error);
