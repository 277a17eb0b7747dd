/* SPDX-License-Identifier: MIT */
/* Reads completions: arrivals and failed sends. */
#include "backend/uring_state.h"

#include <errno.h>

/* A receive has filled a slot and goes on, as nearly all do. */
#define FILLED (IORING_CQE_F_MORE | IORING_CQE_F_BUFFER)

/* Did a datagram of zero bytes come? With head_only, others too may have left
 * none in their slot. */
static bool is_empty(const struct uring *u, const struct io_uring_cqe *cqe)
{
	const struct io_uring_recvmsg_out *o;

	if (cqe->res != (int)u->head || !(cqe->flags & IORING_CQE_F_BUFFER))
		return false;
	o = (const void *)slots_at(
		&u->slots, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
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

static void note_filled(struct uring *u, uint32_t cqe_flags)
{
	u->filled[u->arrived++ & (u->slots.count - 1)] =
		(uint16_t)(cqe_flags >> IORING_CQE_BUFFER_SHIFT);
}

/* The receive has ended, perhaps with a last arrival. */
static void note_end(struct uring *u, const struct io_uring_cqe *cqe)
{
	if (!(cqe->flags & IORING_CQE_F_MORE)) {
		u->armed = false;
		count_rearm(u, cqe);
	}
	if (cqe->res >= 0 && cqe->flags & IORING_CQE_F_BUFFER)
		note_filled(u, cqe->flags);
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
	else
		m[cqe->user_data].error = cqe->res;
}

unsigned uring_reap(struct uring *u, struct message *m)
{
	struct io_uring_cqe *cqe;
	unsigned head, n = 0;

	io_uring_for_each_cqe(&u->ring, head, cqe)
	{
		if (cqe->user_data == URING_TAG_RECEIVE &&
			(cqe->flags & FILLED) == FILLED)
			note_filled(u, cqe->flags);
		else
			note_other(u, m, cqe);
		n++;
	}
	io_uring_cq_advance(&u->ring, n);
	return n;
}
