/* SPDX-License-Identifier: MIT */
/*
 * A socket's error queue, in which the completions of sends with MSG_ZEROCOPY
 * (Linux 5.0 for UDP; Documentation/networking/msg_zerocopy.rst) stand beside
 * ICMP errors (IP_RECVERR; ip(7)).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct completion {
	int error; /* an errno that ICMP caused; 0: sends are complete */
	/* The first and the last send; a socket's successful ones have the
	 * numbers from 0 on, and begin again after 2^32. */
	uint32_t first, last;
	bool copied; /* the kernel has copied the data after all */
};

/* Takes the next entry; others than these two kinds are passed over. False:
 * there is none. Never blocks. */
bool completions_next(int fd, struct completion *out);
