/* SPDX-License-Identifier: MIT */
/* What a backend registers with a ring: its calls are wrapped (ld --wrap). With
 * $LOCKS_NONE, no memory can be locked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of a ring that is told to busy-poll, with liburing's names for the rest. */
struct ring_polled {
	uint32_t us;
	uint8_t prefer;
};

extern struct ring_polled ring_polled;
extern int ring_poll_refused; /* the next call's result */

extern unsigned ring_buffer_calls; /* that register buffers */
extern int ring_buffers_error;     /* the last one's result */
