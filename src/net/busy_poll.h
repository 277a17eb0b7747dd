/* SPDX-License-Identifier: MIT */
/*
 * Lets the receives of a socket poll the device's queue: SO_BUSY_POLL
 * (socket(7), Linux 3.11), SO_PREFER_BUSY_POLL and SO_BUSY_POLL_BUDGET (Linux
 * 5.11). With the second, interrupts stay off while the program polls, if the
 * device defers them (napi_defer_hard_irqs, gro_flush_timeout).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct busy_poll {
	uint32_t us;     /* SO_BUSY_POLL; 0: as net.core.busy_read says */
	bool prefer;     /* SO_PREFER_BUSY_POLL */
	uint32_t budget; /* packets of a poll, to 65535; 0: the kernel's (8) */
	int error;       /* got: -errno of the first refusal; 0: none */
};

/*
 * Sets what is asked for, and returns what the socket has then. A refusal is no
 * failure. The kernel does not tell the budget: it is what it took, or 0.
 */
struct busy_poll busy_poll_set(int fd, const struct busy_poll *asked);

/*
 * Makes an epoll that watches a socket for input and, before epoll_wait()
 * sleeps, polls the device as got says (EPIOCSPARAMS, Linux 6.9). It is what a
 * device suspends its interrupts for (irq-suspend-timeout, Linux 6.13). Returns
 * a descriptor, which the caller closes; or -errno: -ENOTTY: this kernel has no
 * such call.
 */
int busy_poll_epoll(int fd, const struct busy_poll *got);

/* If less was obtained than asked for, or will have no effect, writes a
 * sentence on that and on what to do, and returns true. */
bool busy_poll_lacks(const struct busy_poll *asked, const struct busy_poll *got,
	char *why, size_t why_bytes);
