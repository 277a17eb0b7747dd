/* SPDX-License-Identifier: MIT */
/*
 * Receives: each socket has a multishot recvmsg, and all share one ring of
 * buffers. A receive ends on an empty datagram, on an error and without a free
 * buffer, and is then started again; nothing is lost.
 */
#include "load/engine/uring_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <time.h>

/* Starts the receives that are to be started. 0 or -errno. */
static int arm(struct uring *u)
{
	while (u->arm_first) {
		struct link *link = u->arm_first;
		struct io_uring_sqe *sqe;

		if (link->fd >= 0) {
			sqe = uring_entry(u);
			if (!sqe)
				return -EBUSY;
			io_uring_prep_recvmsg_multishot(
				sqe, link->fd, &u->in, MSG_TRUNC);
			sqe->flags |= IOSQE_BUFFER_SELECT;
			sqe->user_data = uring_tag_of(u, link);
		}
		u->arm_first = link->next;
		link->waits = false;
	}
	return 0;
}

/* Drops what a link has received and its errors. */
static void drop_arrivals(struct uring *u, const struct link *link)
{
	uint32_t n = u->arrival_count, kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct uring_arrival a = *uring_arrival_at(u, i);

		if (a.link != link)
			*uring_arrival_at(u, kept++) = a;
		else if (!a.error)
			uring_give(u, &a.buffer, 1);
	}
	u->arrival_count = kept;
}

static void forget_to_arm(struct uring *u, struct link *link)
{
	struct link **at = &u->arm_first, *before = NULL;

	while (*at && *at != link) {
		before = *at;
		at = &before->next;
	}
	if (!*at)
		return;
	*at = link->next;
	if (u->arm_last == link)
		u->arm_last = before;
	link->waits = false;
}

/* The rest of the receive runs in the second call. Nothing was started by
 * another thread that still runs. */
void uring_end_receive(struct uring *u, struct link *link)
{
	struct io_uring_sync_cancel_reg cancel = {
		.addr = uring_tag_of(u, link),
		.fd = -1,
		.timeout = {1, 0},
	};

	if (link->waits) {
		forget_to_arm(u, link);
	} else {
		(void)io_uring_submit(&u->ring);
		(void)io_uring_register_sync_cancel(&u->ring, &cancel);
		(void)io_uring_get_events(&u->ring);
		uring_reap_all(u);
		forget_to_arm(u, link);
	}
	drop_arrivals(u, link);
}

/* Would entering the kernel without waiting be useless? */
static bool is_quiet(const struct uring *u)
{
	unsigned flags = IO_URING_READ_ONCE(*u->ring.sq.kflags);

	return !(flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) &&
	       io_uring_sq_ready(&u->ring) == 0 &&
	       io_uring_cq_ready(&u->ring) == 0;
}

/* 0: try again; or -errno. Nothing waits longer than a turn may take. */
static int enter_failed(struct uring *u, int error)
{
	const struct timespec pause = {.tv_nsec = FAILURES_PAUSE_NS};

	switch (failures_judge(&u->enters, -error)) {
	case FAILURES_PASS:
		return 0;
	case FAILURES_PAUSE:
		(void)nanosleep(&pause, NULL);
		return 0;
	default:
		return error;
	}
}

/* Submits, and waits for a completion. 0 or -errno. */
static int enter(struct uring *u, uint64_t timeout_ns)
{
	struct __kernel_timespec ts = {
		.tv_sec = (long long)(timeout_ns / 1000000000u),
		.tv_nsec = (long long)(timeout_ns % 1000000000u),
	};
	struct io_uring_cqe *cqe;
	int r;

	if (timeout_ns == 0 && is_quiet(u))
		return 0;
	if (timeout_ns == 0)
		r = io_uring_submit_and_get_events(&u->ring);
	else
		r = io_uring_submit_and_wait_timeout(
			&u->ring, &cqe, 1, &ts, NULL);
	uring_reap_all(u);
	/* These pass: too many completions, too little memory. */
	if (r < 0 && r != -ETIME && r != -EINTR && r != -EBUSY && r != -EAGAIN)
		return enter_failed(u, r);
	failures_none(&u->enters);
	return 0;
}

/* The size of the segments that arrived together; 0: one. */
static uint32_t segment_of(uint8_t *buffer)
{
	const struct io_uring_recvmsg_out *o = (const void *)buffer;
	struct msghdr h = {
		.msg_control = buffer + sizeof(*o),
		.msg_controllen = o->controllen,
	};

	return o->controllen ? cmsg_segment(&h) : 0;
}

static void tell_one(struct uring *u, struct engine_arrival *to, uint16_t n)
{
	uint8_t *buffer = slots_at(&u->slots, n);
	const struct io_uring_recvmsg_out *o = (const void *)buffer;
	uint32_t bytes = o->payloadlen, segment = segment_of(buffer);

	if (segment == 0 || segment > bytes)
		segment = bytes;
	*to = (struct engine_arrival){buffer + URING_HEAD, bytes, segment};
	u->loan[u->loan_count++] = n;
}

/* Hands out what came first, and what came next for the same socket. */
static int hand_out(struct uring *u, struct engine_arrivals *in)
{
	struct uring_arrival *a = uring_arrival_at(u, 0);
	struct link *link = a->link;
	int error = a->error;

	in->owner = link->owner;
	while (u->arrival_count > 0 && in->count < ENGINE_ARRIVALS) {
		a = uring_arrival_at(u, 0);
		if (a->link != link || a->error)
			break;
		tell_one(u, &in->at[in->count++], a->buffer);
		u->arrival_first++;
		u->arrival_count--;
	}
	if (in->count > 0)
		return (int)in->count;
	u->arrival_first++;
	u->arrival_count--;
	return error;
}

/* An error that a send has met, for the socket it belongs to. 0: none. */
static int tell_error(struct uring *u, struct engine_arrivals *in)
{
	for (uint32_t i = 0; i < u->sockets; i++) {
		struct link *link = &u->links[i];
		int error = link->errors.next;

		if (link->fd < 0 || !error)
			continue;
		link->errors.next = 0;
		in->owner = link->owner;
		return -error;
	}
	u->troubled = false;
	return 0;
}

int uring_engine_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct uring *u = self;
	int error = uring_enter_thread(u);

	in->owner = NULL;
	in->count = 0;
	in->more = false;
	if (error)
		return error;
	uring_give(u, u->loan, u->loan_count);
	u->loan_count = 0;
	error = u->troubled ? tell_error(u, in) : 0;
	/* The first turn may only show that receives have ended. */
	for (int turn = 0; u->arrival_count == 0 && turn < 2 && !error;
		turn++) {
		error = arm(u);
		if (!error)
			error = enter(u, timeout_ns);
		if (!u->arm_first)
			break;
	}
	if (error)
		return error;
	return u->arrival_count > 0 ? hand_out(u, in) : 0;
}

bool uring_engine_holds(void *self, void *link)
{
	struct uring *u = self;

	if (uring_enter_thread(u))
		return false;
	(void)io_uring_get_events(&u->ring);
	uring_reap_all(u);
	for (uint32_t i = 0; i < u->arrival_count; i++)
		if (uring_arrival_at(u, i)->link == link)
			return true;
	return false;
}
