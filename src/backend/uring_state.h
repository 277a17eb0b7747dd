/* SPDX-License-Identifier: MIT */
/* Shared by the files of the io_uring backend: uring.c has the backend's table
 * and receives, uring_reap.c reads completions, uring_ring.c sets up the ring
 * and its buffers, uring_send.c sends. */
#pragma once

#include "backend/backend.h"
#include "backend/control.h"
#include "backend/resend.h"
#include "backend/wait.h"
#include "core/slots.h"

#include <liburing.h>

#define URING_SEND_MAX 128
#define URING_TAG_RECEIVE                                                      \
	UINT64_MAX /* a send's tag is its message's number                     \
		    */

struct uring_arrival {
	int bytes;
	uint16_t slot;
};

struct uring {
	struct io_uring ring;
	bool ring_made, armed;
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

	/* Received and not handed out yet; room for one per slot. */
	struct uring_arrival *arrivals;
	uint32_t arrival_first, arrival_count;
	uint16_t *loan;
	uint32_t loan_count;

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

/* Gives n slots back to the kernel. */
void uring_give_slots(struct uring *u, const uint16_t *slots, uint32_t n);

/* Empties the completion queue: notes arrivals, and sets the error of messages
 * whose send failed; m: the first message in flight. Returns the number of
 * completions. */
unsigned uring_reap(struct uring *u, struct message *m);

/* backend_ops.send. */
int uring_send(void *self, struct batch *b);
