/* SPDX-License-Identifier: MIT */
/* What the files of the io_uring backend share: uring.c receives and is the
 * backend, uring_reap.c reads completions, uring_ring.c makes the ring and its
 * buffers, uring_send.c sends. */
#pragma once

#include "backend/backend.h"
#include "backend/control.h"
#include "backend/resend.h"
#include "backend/wait.h"
#include "core/slots.h"

#include <liburing.h>

#define URING_SEND_MAX    128
#define URING_TAG_RECEIVE UINT64_MAX /* sends carry their message's number */

struct uring_arrival {
	int bytes;
	uint16_t slot;
};

struct uring {
	struct io_uring ring;
	bool ring_made, armed;
	int failed;              /* -errno that the receive ended with */
	struct wait wait;        /* of receives */
	struct failures submits; /* of sends */
	struct io_uring_buf_ring *buffers;
	size_t buffers_bytes;
	struct slots slots;
	uint32_t head; /* bytes of a slot before its payload */
	uint32_t slot_bytes;
	struct msghdr in; /* how much of a slot is name and control */

	/* Received and not handed out yet: as many as there are slots. */
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

/* The ring with the socket registered, and slot_count (a power of two) slots
 * of head + slot_bytes for the kernel to fill. 0 or -errno; uring_ring_fini is
 * legal after either, and on zeroed state. */
int uring_ring_init(struct uring *u, const struct backend_config *config,
	uint32_t slot_count);
void uring_ring_fini(struct uring *u);

/* Gives the kernel n slots back. */
void uring_give_slots(struct uring *u, const uint16_t *slots, uint32_t n);

/* Empties the completion queue: arrivals are noted, failed sends told to the
 * messages, of which m is the first in flight. The number of completions. */
unsigned uring_reap(struct uring *u, struct message *m);

/* The operation of backend.h. */
int uring_send(void *self, struct batch *b);
