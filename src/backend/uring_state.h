/* SPDX-License-Identifier: MIT */
/* Shared by the files of the io_uring backend: uring.c has the backend's table
 * and receives, uring_reap.c reads completions, uring_ring.c sets up the ring
 * and its buffers, uring_send.c sends, uring_timer.c ends a wait,
 * uring_napi.c busy-polls, uring_lend.c sends without copying. */
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
/* Of a message that is lent: with its place in lent.messages and its number. */
#define URING_TAG_LENT (1ull << 62)

/* Messages that can be lent at once, and the pages that each can lie in: what
 * every kernel takes for a datagram (MAX_SKB_FRAGS). */
#define URING_LENT_MOST  256
#define URING_LENT_PAGES 17

/* A message that the kernel sends from the slots that it lies in. */
struct uring_lent {
	uint16_t slots[URING_LENT_PAGES];
	uint16_t count;
	uint16_t pages;  /* that the kernel locks for it */
	uint32_t before; /* pages that were locked before it */
	bool failed;     /* it was sent by copying instead */
};

struct uring_lending {
	uint32_t from;   /* bytes of a message; UINT32_MAX: none is lent */
	bool registered; /* the slots, as the ring's fixed buffer 0 */
	struct uring_lent *messages;
	uint16_t unused[URING_LENT_MOST], unused_count; /* of messages */
	/* Of each slot: how many messages it is lent to, and whether it waits
	 * for the kernel to be done with them to be given back. */
	struct uring_use {
		uint16_t messages;
		bool waits;
	} * uses;
	uint32_t held, held_most; /* slots that are lent */
	/* Pages that are locked, and the most that are known to be allowed;
	 * whether the last message is to lock more; and how many must pass
	 * before another may. */
	uint32_t locked, allowed;
	bool tries;
	uint32_t content_next;
	uint32_t pending; /* sent messages that the kernel still reads */
	bool woken;       /* by the end of a loan, and no arrival */
};

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
	uint32_t singly; /* so many messages are submitted one by one */
	struct uring_lending lending;
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

/* Gives the slots on loan back to the kernel, but for those that are lent to
 * messages. */
void uring_give_slots(struct uring *u);

/* Gives one back, which is no longer on loan. */
void uring_give_slot(struct uring *u, uint16_t slot);

/* backend_ops.zerocopy. */
int uring_zerocopy(char *why, size_t why_bytes);

/* Makes what lending needs, for so many slots. 0 or -ENOMEM; uring_lend_fini
 * is legal after either, and on zeroed state. */
int uring_lend_init(struct uring *u, uint32_t from, uint32_t slot_count);
void uring_lend_fini(struct uring *u);

/* Registers the slots of the ring, if the kernel and the limit of locked memory
 * allow it. */
void uring_lend_register(struct uring *u);

/* Turns the prepared send of a message into one without copying. False, and
 * nothing is changed: it has to be copied. */
bool uring_lend(struct uring *u, struct io_uring_sqe *sqe,
	const struct message *m, uint32_t number);

/* Is the slot, which is on loan no longer, still lent to a message? It is given
 * back when the kernel is done with that. */
static inline bool uring_must_wait(struct uring *u, uint16_t slot)
{
	struct uring_use *use = &u->lending.uses[slot];

	use->waits = use->messages > 0;
	return use->waits;
}

/* Call with a completion of URING_TAG_LENT; m as with uring_reap. */
void uring_note_lent(
	struct uring *u, struct message *m, const struct io_uring_cqe *cqe);

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
