/* SPDX-License-Identifier: MIT */
/* Reads completions: what has arrived, failed sends, and slots that the kernel
 * has done with. */
#include "load/engine/uring_state.h"

#include <errno.h>

/* Completions of sends without copying (Linux 6.2): how they were made. */
#define NOTIFICATION_COPIED (1u << 31)

void uring_want_receive(struct uring *u, struct link *link)
{
	if (link->waits)
		return;
	link->waits = true;
	link->next = NULL;
	if (u->arm_first)
		u->arm_last->next = link;
	else
		u->arm_first = link;
	u->arm_last = link;
}

uint64_t uring_tag_of(const struct uring *u, const struct link *link)
{
	return uring_tag(URING_RECEIVE, link->serial & 0xffffff,
		(uint32_t)(link - u->links));
}

static void push(struct uring *u, struct uring_arrival a)
{
	*uring_arrival_at(u, u->arrival_count) = a;
	u->arrival_count++;
}

static void note_receive(struct uring *u, const struct io_uring_cqe *cqe)
{
	struct link *link = &u->links[(uint32_t)cqe->user_data];
	bool has_buffer = cqe->flags & IORING_CQE_F_BUFFER;
	uint16_t buffer = (uint16_t)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);

	/* Of a socket that was removed. */
	if (link->fd < 0 || cqe->user_data != uring_tag_of(u, link)) {
		if (has_buffer)
			uring_give(u, &buffer, 1);
		return;
	}
	if (!(cqe->flags & IORING_CQE_F_MORE))
		uring_want_receive(u, link);
	if (has_buffer && cqe->res >= 0) {
		push(u, (struct uring_arrival){link, 0, buffer});
		return;
	}
	if (has_buffer)
		uring_give(u, &buffer, 1);
	/* Not an error: the buffers are all in use; or the thread that had
	 * started the receive has ended. */
	if (cqe->res < 0 && cqe->res != -ENOBUFS && cqe->res != -ECANCELED)
		push(u, (struct uring_arrival){link, cqe->res, 0});
}

/* With ENOMEM, lending was refused, since too much memory would be locked: what
 * is sent next is copied. */
static void note_refused(
	struct uring *u, const struct io_uring_cqe *cqe, uint32_t slot)
{
	u->send_errors[(uint32_t)cqe->user_data] = cqe->res;
	u->refused[slot] = true;
	if (cqe->res == -ENOMEM)
		u->copy_next = ENGINE_MESSAGES;
}

/* The first completion of a lent message says how its send went, the second
 * that the kernel is done with it. */
static void note_lent(struct uring *u, const struct io_uring_cqe *cqe)
{
	uint32_t slot = (uint32_t)(cqe->user_data >> 32) & 0xffff;

	if (!(cqe->flags & IORING_CQE_F_NOTIF)) {
		if (cqe->res < 0)
			note_refused(u, cqe, slot);
		if (!(cqe->flags & IORING_CQE_F_MORE))
			u->busy[slot] = false;
		return;
	}
	u->busy[slot] = false;
	/* What was not sent is called copied, too. */
	if (u->refused[slot])
		return;
	u->copies.sends++;
	/* Where the kernel copies after all, lending only costs. */
	if ((uint32_t)cqe->res & NOTIFICATION_COPIED) {
		u->copies.copied++;
		u->lends = u->lends_always;
	}
}

void uring_reap_all(struct uring *u)
{
	struct io_uring_cqe *cqe;
	unsigned head, n = 0;

	io_uring_for_each_cqe(&u->ring, head, cqe)
	{
		switch ((enum uring_kind)(cqe->user_data >> 56)) {
		case URING_RECEIVE:
			note_receive(u, cqe);
			break;
		case URING_SEND:
			u->send_errors[(uint32_t)cqe->user_data] = cqe->res;
			break;
		case URING_LEND:
			note_lent(u, cqe);
			break;
		}
		n++;
	}
	io_uring_cq_advance(&u->ring, n);
}
