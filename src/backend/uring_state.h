/* SPDX-License-Identifier: MIT */
/* Shared by the files of the io_uring backend: uring.c has the backend's table
 * and receives, uring_reap.c reads completions, uring_ring.c sets up the ring
 * and its buffers, uring_send.c sends, uring_timer.c ends a wait,
 * uring_napi.c busy-polls. */
#pragma once

#include "backend/backend.h"
#include "backend/control.h"
#include "backend/resend.h"
#include "backend/wait.h"
#include "core/slots.h"

#include <liburing.h>

#define URING_SEND_MAX 128
/* Tags of completions; a send's tag is its message's number. */
#define URING_TAG_RECEIVE UINT64_MAX
#define URING_TAG_TIMER   (UINT64_MAX - 1)
#define URING_TAG_UPDATE  (UINT64_MAX - 2) /* of the timer */

struct uring {
	struct io_uring ring;
	bool ring_made, armed;
	int timer_ms; /* of the timer that is set; 0: none */
	struct __kernel_timespec timer;
	int failed;              /* -errno with which the receive ended */
	struct wait wait;        /* of receives */
	struct failures submits; /* of sends */
	struct io_uring_buf_ring *buffers;
	size_t buffers_bytes;
	struct slots slots;
	uint32_t head; /* bytes of a slot before its payload */
	uint32_t slot_bytes;
	bool head_only;
	struct msghdr in; /* sizes of name and control messages in a slot */

	/* Slots in the order in which they were filled, a ring with room for
	 * all: from given to handed on loan, from handed to arrived not handed
	 * out yet. */
	uint16_t *filled;
	uint32_t given, handed, arrived;

	struct msghdr *out;
	char (*out_control)[CONTROL_BYTES];
	struct resend resend;
	struct counters *counters;
};

int uring_probe(char *why, size_t why_bytes);

/* Sets up the ring with the socket registered, and slot_count (a power of two)
 * slots of head + slot_bytes for the kernel to fill. 0 or -errno;
 * uring_ring_fini is legal after either, and on zeroed state. */
int uring_ring_init(struct uring *u, const struct backend_config *config,
	uint32_t slot_count);
void uring_ring_fini(struct uring *u);

/* Makes the ring poll as the socket's SO_BUSY_POLL says; a notice if it
 * cannot. */
void uring_napi_register(struct uring *u, const struct backend_config *config);

/* Gives the slots on loan back to the kernel. */
void uring_give_slots(struct uring *u);

/* Empties the completion queue: notes arrivals, and sets the error of messages
 * whose send failed; m: the first message in flight. Returns the number of
 * completions. */
unsigned uring_reap(struct uring *u, struct message *m);

/* Sets the timer that ends a wait after timeout_ms at the latest, unless it is
 * set. It goes to the kernel with what is submitted next. 0 or -EBUSY. */
int uring_timer_set(struct uring *u, int timeout_ms);

/* Call with the timer's completion: it is not set any more. */
static inline void uring_timer_ended(struct uring *u)
{
	u->timer_ms = 0;
}

/* backend_ops.send. */
int uring_send(void *self, struct batch *b);
