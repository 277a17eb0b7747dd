/* SPDX-License-Identifier: MIT */
/* Reads completions: arrivals and failed sends. */
#include "backend/uring_state.h"

#include <errno.h>

/* A receive has filled a slot and goes on, as nearly all do. */
#define FILLED (IORING_CQE_F_MORE | IORING_CQE_F_BUFFER)

static uint16_t slot_of(uint32_t cqe_flags)
{
	return (uint16_t)(cqe_flags >> IORING_CQE_BUFFER_SHIFT);
}

/* Did a datagram of zero bytes come? With head_only, others too may have left
 * none in their slot. */
static bool is_empty(const struct uring *u, const struct io_uring_cqe *cqe)
{
	const struct io_uring_recvmsg_out *o;

	if (cqe->res != (int)u->head || !(cqe->flags & IORING_CQE_F_BUFFER))
		return false;
	o = (const void *)slots_at(&u->slots, slot_of(cqe->flags));
	return o->payloadlen == 0;
}

static void count_rearm(struct uring *u, const struct io_uring_cqe *cqe)
{
	enum counter_id id = COUNTER_REARM_OTHER;

	if (cqe->res == -ENOBUFS)
		id = COUNTER_REARM_NOBUFS;
	else if (is_empty(u, cqe))
		id = COUNTER_REARM_ZERO;
	counter_add(u->counters, id, 1);
}

/* A receive ends with ENOBUFS if all slots are taken; if not, memory was
 * short. */
static bool is_out_of_slots(const struct uring *u, int error)
{
	return error == -ENOBUFS && u->arrived != u->given;
}

/* The receive has ended, perhaps with a last arrival. */
static void note_end(struct uring *u, const struct io_uring_cqe *cqe)
{
	if (!(cqe->flags & IORING_CQE_F_MORE)) {
		u->armed = false;
		count_rearm(u, cqe);
	}
	if (cqe->res >= 0 && cqe->flags & IORING_CQE_F_BUFFER)
		u->filled[u->arrived++ & (u->slots.count - 1)] =
			slot_of(cqe->flags);
	else if (cqe->res < 0 && !is_out_of_slots(u, cqe->res))
		u->failed = cqe->res;
}

/* A timer that has just ended cannot be changed: the next wait sets it. */
static void note_update(struct uring *u, const struct io_uring_cqe *cqe)
{
	if (cqe->res < 0)
		uring_timer_ended(u);
}

static void note_other(
	struct uring *u, struct message *m, const struct io_uring_cqe *cqe)
{
	if (cqe->user_data == URING_TAG_RECEIVE)
		note_end(u, cqe);
	else if (cqe->user_data == URING_TAG_TIMER)
		uring_timer_ended(u);
	else if (cqe->user_data == URING_TAG_UPDATE)
		note_update(u, cqe);
	else if (cqe->user_data & URING_TAG_LENT)
		uring_note_lent(u, m, cqe);
	else
		m[cqe->user_data].error = cqe->res;
}

/* liburing's macro reads the ring's end and the size of an entry again for each
 * completion. */
unsigned uring_reap(struct uring *u, struct message *m)
{
	const struct io_uring_cq *cq = &u->ring.cq;
	const struct io_uring_cqe *cqes = cq->cqes;
	const uint32_t mask = *cq->kring_mask, slots = u->slots.count - 1;
	unsigned head = *cq->khead, n = io_uring_cq_ready(&u->ring);
	uint16_t *filled = u->filled;

	for (unsigned i = 0; i < n; i++) {
		const struct io_uring_cqe *cqe = &cqes[head++ & mask];

		if (cqe->user_data == URING_TAG_RECEIVE &&
			(cqe->flags & FILLED) == FILLED)
			filled[u->arrived++ & slots] = slot_of(cqe->flags);
		else
			note_other(u, m, cqe);
	}
	io_uring_cq_advance(&u->ring, n);
	return n;
}
