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

/* A call that registers so many buffers, or unregisters them (0). */
struct ring_call {
	unsigned buffers;
	int error;
};

#define RING_CALLS 3

extern struct ring_call ring_calls[RING_CALLS]; /* the first ones */
extern unsigned ring_call_count;                /* of all */
extern int ring_unregister_refused; /* the next such call's result */
