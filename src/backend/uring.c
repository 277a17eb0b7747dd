/* SPDX-License-Identifier: MIT */
/*
 * io_uring(7): one multishot recvmsg fills a ring of provided buffers, and the
 * replies of a batch leave in one io_uring_enter(2), which also brings what
 * arrived meanwhile.
 *
 * What the kernel does decides the shape (Linux 6.1 to 6.18, io_uring/net.c):
 *  - A multishot receive ends on a datagram of zero bytes, on an empty buffer
 *    ring and on a full completion queue. Nothing is lost: it is armed again
 *    after every completion without IORING_CQE_F_MORE.
 *  - With DEFER_TASKRUN completions are made inside io_uring_enter only. With
 *    TASKRUN_FLAG the ring says whether there are any to make, so that looking
 *    for arrivals is a load of memory.
 *  - A send with MSG_DONTWAIT runs while it is submitted, and CQE_SKIP_SUCCESS
 *    leaves a completion for failures only: when submitting returns, the bytes
 *    are copied, or the failure is in the queue. So send() can say what became
 *    of each message, and buffers go back at its end.
 *  - The buffer ring is first in, first out, so it is kept small: a large one
 *    would hand out the coldest memory there is.
 */
#include "backend/backends.h"
#include "backend/uring_state.h"
#include "core/division.h"
#include "core/lines.h"

#include <errno.h>
#include <stdlib.h>

/* A slot has struct io_uring_recvmsg_out, peer, control messages, payload. */
#define NAME_BYTES 48 /* 16 + 48: the rest begins on a cache line */
#define NAME_AT    sizeof(struct io_uring_recvmsg_out)
#define CONTROL_AT (NAME_AT + NAME_BYTES)

/* Slots for two batches in flight while one is on loan; a power of two. */
static int uring_init(void *self, const struct backend_config *config)
{
	struct uring *u = self;
	uint32_t slot_count = power_of_two(2 * config->batch);
	int error;

	if (config->zerocopy_from)
		slot_count *= 2; /* as many may be lent to messages */

	u->counters = config->counters;
	wait_init(&u->wait, config);
	resend_init(&u->resend, config);
	u->slot_bytes = backend_slot_bytes(config);
	u->head_only = config->head_only;
	u->in.msg_namelen = NAME_BYTES;
	u->in.msg_controllen = control_room(config);
	u->head = CONTROL_AT + (uint32_t)u->in.msg_controllen;
	u->filled = lines_alloc(slot_count, sizeof(*u->filled));
	u->out = lines_alloc(URING_SEND_MAX, sizeof(*u->out));
	u->out_control = lines_alloc(URING_SEND_MAX, sizeof(*u->out_control));
	if (!u->filled || !u->out || !u->out_control)
		return -ENOMEM;
	error = uring_lend_init(u, config->zerocopy_from, slot_count);
	if (!error)
		error = uring_ring_init(u, config, slot_count);
	if (!error)
		uring_lend_register(u);
	return error;
}

static int arm(struct uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_recvmsg_multishot(sqe, 0, &u->in, MSG_TRUNC);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
	sqe->user_data = URING_TAG_RECEIVE;
	u->armed = true;
	return 0;
}

/* Judges a call to the kernel. Returns as wait_failed(). */
static int judge(struct uring *u, int entered, unsigned completions)
{
	int error = u->failed;

	/* EBUSY and EAGAIN pass once completions are taken or there is memory
	 * again. */
	if (!error && completions == 0 && entered != -EINTR && entered < 0)
		error = entered == -EAGAIN ? -EBUSY : entered;
	u->failed = 0;
	if (error)
		return wait_failed(&u->wait, -error);
	wait_worked(&u->wait);
	return 0;
}

/* Would entering the kernel without waiting be useless? */
static bool is_quiet(const struct uring *u)
{
	unsigned flags = IO_URING_READ_ONCE(*u->ring.sq.kflags);

	return !(flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) &&
	       io_uring_sq_ready(&u->ring) == 0 &&
	       io_uring_cq_ready(&u->ring) == 0;
}

/* Submits, waits for one arrival or the timer, and lets the kernel make
 * completions. Returns as wait_failed(), and 0 if nothing failed. */
static int enter(struct uring *u, int timeout_ms)
{
	int r;

	if (timeout_ms == 0 && is_quiet(u))
		return 0;
	counter_add(u->counters, COUNTER_RECV_CALLS, 1);
	if (timeout_ms == 0) {
		r = io_uring_submit_and_get_events(&u->ring);
	} else {
		r = uring_timer_set(u, timeout_ms);
		if (r == 0)
			r = io_uring_submit_and_wait(&u->ring, 1);
	}
	return judge(u, r, uring_reap(u, NULL));
}

/* enter(), and again if only the kernel was done with a message. */
static int wait_for_arrival(struct uring *u, int timeout_ms)
{
	int error;

	do {
		u->lending.woken = false;
		error = enter(u, timeout_ms);
	} while (!error && timeout_ms && u->lending.woken && u->armed &&
		 u->handed == u->arrived && u->timer_ms);
	return error;
}

static void fill_train(const struct uring *u, struct train *t, uint8_t *slot)
{
	const struct io_uring_recvmsg_out *o = (const void *)slot;

	train_shape(t, o->payloadlen,
		control_take(slot + CONTROL_AT, o->controllen, t));
	t->data = slot + u->head;
	t->peer = (const union address *)(slot + NAME_AT);
	t->truncated = o->flags & MSG_CTRUNC;
	if (o->payloadlen > u->slot_bytes)
		train_cut(t, u->slot_bytes, u->head_only);
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
}

static void hand_out(struct uring *u, struct batch *b)
{
	const uint32_t mask = u->slots.count - 1, first = u->handed;
	const struct slots slots = u->slots;
	const uint16_t *filled = u->filled;
	uint32_t n = u->arrived - first;

	if (n > b->capacity)
		n = b->capacity;
	for (uint32_t i = 0; i < n; i++)
		fill_train(u, &b->trains[i],
			slots_at(&slots, filled[(first + i) & mask]));
	u->handed = first + n;
	b->count = n;
}

static int uring_recv(void *self, struct batch *b, int timeout_ms)
{
	struct uring *u = self;

	b->count = 0;
	/* The first turn may only show that the receive has ended: try once
	 * more. */
	for (int turn = 0; u->handed == u->arrived && turn < 2; turn++) {
		int error = u->armed ? 0 : arm(u);

		if (!error)
			error = wait_for_arrival(u, timeout_ms);
		if (error < 0)
			return error;
		if (u->armed)
			break;
	}
	hand_out(u, b);
	return (int)b->count;
}

static void uring_fini(void *self)
{
	struct uring *u = self;

	uring_ring_fini(u);
	uring_lend_fini(u);
	free(u->filled);
	free(u->out);
	free(u->out_control);
	*u = (struct uring){0};
}

const struct backend_ops backend_uring = {
	.name = "uring",
	.brief = "io_uring: multishot receive, replies in one submission",
	.size = sizeof(struct uring),
	.gro = true,
	.recv_call = "io_uring_enter",
	.send_call = "io_uring_enter",
	.probe = uring_probe,
	.zerocopy = uring_zerocopy,
	.init = uring_init,
	.recv = uring_recv,
	.send = uring_send,
	.fini = uring_fini,
};
