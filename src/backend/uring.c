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
 *  - With DEFER_TASKRUN completions are made inside io_uring_enter only.
 *  - A send with MSG_DONTWAIT runs while it is submitted, and CQE_SKIP_SUCCESS
 *    leaves a completion for failures only: when submitting returns, the bytes
 *    are copied, or the failure is in the queue. So send() can say what became
 *    of each message, and buffers go back at its end.
 *  - The buffer ring is first in, first out, so it is kept small: a large one
 *    would hand out the coldest memory there is.
 */
#include "backend/backends.h"
#include "backend/control.h"
#include "backend/resend.h"
#include "backend/slots.h"
#include "backend/wait.h"

#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SEND_MAX   128
#define SQ_ENTRIES 256
#define RING_FLAGS                                                             \
	(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |             \
		IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE |                \
		IORING_SETUP_CLAMP)
#define TAG_RECEIVE UINT64_MAX /* sends carry their message's number */

/* A slot is: struct io_uring_recvmsg_out, peer, control messages, payload. */
#define NAME_BYTES 48 /* 16 + 48: what follows begins on a cache line */
#define NAME_AT    sizeof(struct io_uring_recvmsg_out)
#define CONTROL_AT (NAME_AT + NAME_BYTES)

struct arrival {
	int bytes;
	uint16_t slot;
};

struct uring {
	struct io_uring ring;
	bool ring_made, armed;
	int broken; /* -errno a receive ended with, for good */
	struct io_uring_buf_ring *buffers;
	size_t buffers_bytes;
	struct slots slots;
	uint32_t head; /* bytes of a slot before its payload */
	uint32_t slot_bytes;
	struct msghdr in; /* how much of a slot is name and control */

	/* Received and not handed out yet: as many as there are slots. */
	struct arrival *arrivals;
	uint32_t arrival_first, arrival_count;
	uint16_t *loan;
	uint32_t loan_count;

	struct msghdr *out;
	char (*out_control)[CONTROL_BYTES];
	struct resend resend;
	struct counters *counters;
};

static uint32_t power_of_two(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}

static int open_ring(struct io_uring *ring, uint32_t cq_entries)
{
	struct io_uring_params params = {
		.flags = RING_FLAGS,
		.cq_entries = cq_entries,
	};

	return io_uring_queue_init_params(SQ_ENTRIES, ring, &params);
}

static const char *reason(int error)
{
	switch (-error) {
	case ENOSYS:
		return "this kernel has no io_uring";
	case EPERM:
		return "io_uring is forbidden here (sysctl "
		       "kernel.io_uring_disabled, or a container's seccomp "
		       "filter)";
	case EINVAL:
		return "Linux 6.1 or newer is needed (SINGLE_ISSUER, "
		       "DEFER_TASKRUN)";
	case ENOMEM:
		return "too little memory may be locked (ulimit -l)";
	default:
		return strerror(-error);
	}
}

static int uring_probe(char *why, size_t why_bytes)
{
	struct io_uring ring;
	int error = open_ring(&ring, 2 * SQ_ENTRIES);

	if (error) {
		snprintf(why, why_bytes, "%s", reason(error));
		return error;
	}
	io_uring_queue_exit(&ring);
	return 0;
}

static void give_slot(struct uring *u, uint16_t slot, int offset)
{
	io_uring_buf_ring_add(u->buffers, slots_at(&u->slots, slot),
		u->head + u->slot_bytes, slot,
		io_uring_buf_ring_mask(u->slots.count), offset);
}

static int init_buffers(struct uring *u, uint32_t count)
{
	struct io_uring_buf_reg reg = {.ring_entries = count};
	void *p;
	int error = slots_init(&u->slots, count, u->head);

	if (error)
		return error;
	u->buffers_bytes = count * sizeof(struct io_uring_buf);
	p = mmap(NULL, u->buffers_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	u->buffers = p;
	reg.ring_addr = (uintptr_t)p;
	error = io_uring_register_buf_ring(&u->ring, &reg, 0);
	if (error)
		return error;
	io_uring_buf_ring_init(u->buffers);
	for (uint32_t i = 0; i < count; i++)
		give_slot(u, (uint16_t)i, (int)i);
	io_uring_buf_ring_advance(u->buffers, (int)count);
	return 0;
}

static int init_ring(struct uring *u, const struct backend_config *config,
	uint32_t slot_count)
{
	uint32_t cq = power_of_two(2 * slot_count + SQ_ENTRIES);
	int error = open_ring(&u->ring, cq);

	if (error)
		return error;
	u->ring_made = true;
	error = io_uring_register_files(&u->ring, &config->fd, 1);
	if (error)
		return error;
	/* Saves a look-up of the ring's descriptor per call; needs nothing. */
	(void)io_uring_register_ring_fd(&u->ring);
	return init_buffers(u, slot_count);
}

/* Two batches in flight while one is on loan, and a power of two. */
static int uring_init(void *self, const struct backend_config *config)
{
	struct uring *u = self;
	uint32_t slot_count = power_of_two(2 * config->batch);
	bool control = config->gro || config->local;

	u->counters = config->counters;
	resend_init(&u->resend, config);
	u->slot_bytes = config->slot_bytes ? config->slot_bytes : TRAIN_ROOM;
	u->in.msg_namelen = NAME_BYTES;
	u->in.msg_controllen = control ? CONTROL_BYTES : 0;
	u->head = CONTROL_AT + (uint32_t)u->in.msg_controllen;
	u->arrivals = calloc(slot_count, sizeof(*u->arrivals));
	u->loan = calloc(slot_count, sizeof(*u->loan));
	u->out = calloc(SEND_MAX, sizeof(*u->out));
	u->out_control = calloc(SEND_MAX, sizeof(*u->out_control));
	if (!u->arrivals || !u->loan || !u->out || !u->out_control)
		return -ENOMEM;
	return init_ring(u, config, slot_count);
}

static int arm(struct uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_recvmsg_multishot(sqe, 0, &u->in, MSG_TRUNC);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
	sqe->user_data = TAG_RECEIVE;
	u->armed = true;
	return 0;
}

static void count_rearm(struct uring *u, const struct io_uring_cqe *cqe)
{
	enum counter_id id = COUNTER_REARM_OTHER;

	if (cqe->res == -ENOBUFS)
		id = COUNTER_REARM_NOBUFS;
	else if (cqe->res == (int)u->head)
		id = COUNTER_REARM_ZERO;
	counter_add(u->counters, id, 1);
}

static void note_arrival(struct uring *u, const struct io_uring_cqe *cqe)
{
	uint32_t mask = u->slots.count - 1;

	if (!(cqe->flags & IORING_CQE_F_MORE)) {
		u->armed = false;
		count_rearm(u, cqe);
	}
	if (cqe->res >= 0 && cqe->flags & IORING_CQE_F_BUFFER) {
		u->arrivals[(u->arrival_first + u->arrival_count++) & mask] =
			(struct arrival){
				.bytes = cqe->res,
				.slot = (uint16_t)(cqe->flags >>
						   IORING_CQE_BUFFER_SHIFT),
			};
	} else if (cqe->res < 0 && cqe->res != -ENOBUFS) {
		counter_add(u->counters, COUNTER_RECV_ERRORS, 1);
		if (wait_judge(-cqe->res) == WAIT_BROKEN)
			u->broken = cqe->res;
	}
}

/* Empties the completion queue; m is the first of the messages in flight. */
static void reap(struct uring *u, struct message *m)
{
	struct io_uring_cqe *cqe;
	unsigned head, n = 0;

	io_uring_for_each_cqe(&u->ring, head, cqe)
	{
		if (cqe->user_data == TAG_RECEIVE)
			note_arrival(u, cqe);
		else
			m[cqe->user_data].error = cqe->res;
		n++;
	}
	io_uring_cq_advance(&u->ring, n);
}

/* Submits, waits for one arrival, and runs what makes completions. */
static int enter(struct uring *u, int timeout_ms)
{
	struct __kernel_timespec ts = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000ll,
	};
	struct io_uring_cqe *cqe;
	int r;

	counter_add(u->counters, COUNTER_RECV_CALLS, 1);
	if (timeout_ms == 0)
		r = io_uring_submit_and_get_events(&u->ring);
	else
		r = io_uring_submit_and_wait_timeout(
			&u->ring, &cqe, 1, &ts, NULL);
	if (r < 0 && r != -ETIME && r != -EINTR && r != -EAGAIN && r != -EBUSY)
		return r;
	reap(u, NULL);
	return u->broken;
}

static void fill_train(struct uring *u, struct train *t, struct arrival a)
{
	uint8_t *slot = slots_at(&u->slots, a.slot);
	const struct io_uring_recvmsg_out *o = (const void *)slot;
	struct msghdr h = {
		.msg_control = slot + CONTROL_AT,
		.msg_controllen = o->controllen,
	};
	uint32_t segment_bytes = 0;

	t->local.family = AF_UNSPEC;
	if (o->controllen)
		segment_bytes = control_read(&h, t);
	t->data = slot + u->head;
	t->peer = (const union address *)(slot + NAME_AT);
	train_shape(t, o->payloadlen, segment_bytes);
	t->truncated = o->payloadlen > u->slot_bytes;
	if (t->truncated)
		t->bytes = u->slot_bytes;
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
}

static void hand_out(struct uring *u, struct batch *b)
{
	uint32_t mask = u->slots.count - 1;

	while (b->count < b->capacity && u->arrival_count > 0) {
		struct arrival a = u->arrivals[u->arrival_first & mask];

		fill_train(u, &b->trains[b->count++], a);
		u->loan[u->loan_count++] = a.slot;
		u->arrival_first++;
		u->arrival_count--;
	}
}

static int uring_recv(void *self, struct batch *b, int timeout_ms)
{
	struct uring *u = self;
	int error = 0;

	b->count = 0;
	/* A turn may only tell that the receive has ended: go once more. */
	for (int turn = 0; u->arrival_count == 0 && turn < 2; turn++) {
		if (!u->armed)
			error = arm(u);
		if (!error)
			error = enter(u, timeout_ms);
		if (error)
			return error;
		if (u->armed)
			break;
	}
	hand_out(u, b);
	return (int)b->count;
}

static void queue_message(
	struct uring *u, const struct message *m, uint32_t number)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	struct msghdr *h = &u->out[number];

	if (m->segments == 1 && m->local->family == AF_UNSPEC) {
		/* OP_SEND spares the copies of a msghdr and its iovec. */
		io_uring_prep_send(sqe, 0, m->iov->iov_base, m->iov->iov_len,
			MSG_DONTWAIT);
		io_uring_prep_send_set_addr(
			sqe, &m->peer->sa, (uint16_t)address_length(m->peer));
	} else {
		*h = (struct msghdr){
			.msg_name = (void *)m->peer,
			.msg_namelen = address_length(m->peer),
			.msg_iov = m->iov,
			.msg_iovlen = m->iov_count,
			.msg_control = u->out_control[number],
			.msg_controllen =
				control_write(u->out_control[number], m),
		};
		io_uring_prep_sendmsg(sqe, 0, h, MSG_DONTWAIT);
	}
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
	sqe->user_data = number;
}

static int submit(struct uring *u, struct message *m)
{
	do {
		int r = io_uring_submit_and_get_events(&u->ring);

		counter_add(u->counters, COUNTER_SEND_CALLS, 1);
		if (r < 0 && r != -EINTR && r != -EAGAIN && r != -EBUSY)
			return r;
		reap(u, m);
	} while (io_uring_sq_ready(&u->ring) > 0);
	return 0;
}

static int send_some(struct uring *u, struct message *m, uint32_t n)
{
	int error;

	for (uint32_t i = 0; i < n; i++)
		queue_message(u, &m[i], i);
	error = submit(u, m);
	if (error)
		return error;
	for (uint32_t i = 0; i < n; i++, m++) {
		if (m->error) {
			resend(&u->resend, m, m->error);
			continue;
		}
		m->sent_segments = m->segments;
		m->sent_bytes = m->bytes;
	}
	return 0;
}

static int uring_send(void *self, struct batch *b)
{
	struct uring *u = self;
	int error = 0;

	for (uint32_t i = 0; i < b->message_count && !error; i += SEND_MAX) {
		uint32_t n = b->message_count - i;

		error = send_some(
			u, &b->messages[i], n < SEND_MAX ? n : SEND_MAX);
	}
	for (uint32_t i = 0; i < u->loan_count; i++)
		give_slot(u, u->loan[i], (int)i);
	io_uring_buf_ring_advance(u->buffers, (int)u->loan_count);
	u->loan_count = 0;
	return error;
}

static void uring_fini(void *self)
{
	struct uring *u = self;
	struct io_uring_sync_cancel_reg cancel = {
		.fd = -1,
		.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL,
		.timeout = {1, 0},
	};

	/* The kernel must be done with the slots before they are unmapped, and
	 * with the socket before its port is bound again: what is left of the
	 * receive runs in the second call, and exiting alone lets go of files
	 * some milliseconds after it has returned. */
	if (u->ring_made) {
		(void)io_uring_register_sync_cancel(&u->ring, &cancel);
		(void)io_uring_get_events(&u->ring);
		(void)io_uring_unregister_files(&u->ring);
		io_uring_queue_exit(&u->ring);
	}
	if (u->buffers)
		munmap(u->buffers, u->buffers_bytes);
	slots_fini(&u->slots);
	free(u->arrivals);
	free(u->loan);
	free(u->out);
	free(u->out_control);
	*u = (struct uring){0};
}

const struct backend_ops backend_uring = {
	.name = "uring",
	.brief = "io_uring: multishot receive, replies in one submission",
	.size = sizeof(struct uring),
	.gro = true,
	.probe = uring_probe,
	.init = uring_init,
	.recv = uring_recv,
	.send = uring_send,
	.fini = uring_fini,
};
