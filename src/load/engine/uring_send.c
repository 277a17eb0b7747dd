/* SPDX-License-Identifier: MIT */
/*
 * Sends: messages that are alike leave in one io_uring_enter(2). With
 * MSG_DONTWAIT each is sent while it is submitted, and CQE_SKIP_SUCCESS leaves
 * a completion for failures only; so it is known at once what became of each.
 *
 * A ring does not stop at a failure. What fails for good, fails for all that
 * are alike; other errors pass, and then the message is sent again at once,
 * after those that followed it. A queue that is full once, soon is again: the
 * next messages are submitted one by one, and keep their order.
 */
#include "load/engine/uring_state.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

/* So many, each time. */
#define SINGLY 1024
/* How often a message that others have overtaken is sent again, and how much
 * longer the wait is each time if a queue was full: 50 ms in all. */
#define REPEATS 100
#define WAIT_NS 10000

static bool are_alike(
	const struct engine_message *a, const struct engine_message *b)
{
	return a->bytes == b->bytes && a->segments == b->segments &&
	       a->segment_bytes == b->segment_bytes;
}

static uint32_t run_of(const struct uring *u,
	const struct engine_message *messages, uint32_t n)
{
	uint32_t run = 1;

	if (u->singly > 0)
		return 1;
	while (run < n && are_alike(&messages[run], &messages[0]))
		run++;
	return run;
}

static void prepare(struct uring *u, struct io_uring_sqe *sqe,
	const struct engine_message *m, uint32_t i)
{
	const struct link *link = m->link;
	struct msghdr *h = &u->out_headers[i];

	if (!m->segment_bytes && !m->leave_ns) {
		/* OP_SEND avoids copying a msghdr and its iovec. */
		io_uring_prep_send(
			sqe, link->fd, m->data, m->bytes, MSG_DONTWAIT);
		return;
	}
	u->out_iov[i] = (struct iovec){m->data, m->bytes};
	*h = (struct msghdr){.msg_iov = &u->out_iov[i], .msg_iovlen = 1};
	cmsg_write(h, u->out_control[i].bytes, m->segment_bytes, m->leave_ns);
	io_uring_prep_sendmsg(sqe, link->fd, h, MSG_DONTWAIT);
}

/* Turns a prepared send into one without copying, if that pays. */
static bool lend(struct uring *u, struct io_uring_sqe *sqe,
	const struct engine_message *m, uint32_t i)
{
	uint32_t slot;

	if (!u->lends || m->bytes < u->lend_from ||
		!pages_find(&u->pages, m->data, &slot))
		return false;
	if (u->copy_next > 0) {
		u->copy_next--;
		return false;
	}
	sqe->opcode = sqe->opcode == IORING_OP_SEND ? IORING_OP_SEND_ZC
						    : IORING_OP_SENDMSG_ZC;
	sqe->ioprio = URING_LEND_FLAGS;
	sqe->user_data = uring_tag(URING_LEND, slot, i);
	u->busy[slot] = true;
	u->refused[slot] = false;
	return true;
}

/* 0 or -errno. */
static int queue(struct uring *u, const struct engine_message *m, uint32_t i)
{
	struct io_uring_sqe *sqe = uring_entry(u);

	if (!sqe)
		return -EBUSY;
	u->send_errors[i] = 0;
	prepare(u, sqe, m, i);
	if (lend(u, sqe, m, i))
		return 0;
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	sqe->user_data = uring_tag(URING_SEND, 0, i);
	return 0;
}

/* Takes back an entry that the kernel has not seen. */
static void take_back(
	struct uring *u, const struct io_uring_sqe *sqe, int error)
{
	uint32_t low = (uint32_t)sqe->user_data;

	switch ((enum uring_kind)(sqe->user_data >> 56)) {
	case URING_RECEIVE:
		uring_want_receive(u, &u->links[low]);
		break;
	case URING_LEND:
		u->busy[sqe->user_data >> 32 & 0xffff] = false;
		u->send_errors[low] = error;
		break;
	case URING_SEND:
		u->send_errors[low] = error;
		break;
	}
}

/* The entries of messages that the generator keeps must not leave later. */
static void take_all_back(struct uring *u, int error)
{
	struct io_uring_sq *sq = &u->ring.sq;
	unsigned head = *sq->khead;

	for (unsigned i = head; i != sq->sqe_tail; i++)
		take_back(u, &sq->sqes[i & sq->ring_mask], error);
	sq->sqe_head = sq->sqe_tail = head;
	io_uring_smp_store_release(sq->ktail, head);
}

/* Submits, and learns what became of each message. */
static void submit(struct uring *u)
{
	for (int i = 0; io_uring_sq_ready(&u->ring) > 0; i++) {
		int r = io_uring_submit_and_get_events(&u->ring);
		bool passes = r == -EINTR || r == -EBUSY || r == -EAGAIN;

		uring_reap_all(u);
		if (r < 0 && (!passes || i >= REPEATS)) {
			take_all_back(u, r);
			return;
		}
	}
}

/* Was it an error that ICMP has reported to the socket, so that the send only
 * was the first to meet it? */
static bool is_of_socket(int error)
{
	return error != -EAGAIN && error != -ENOBUFS && error != -ENOMEM &&
	       error != -EINTR;
}

/* The socket tells when its buffer has room, but not when a device's queue
 * has. */
static void wait_for_room(const struct link *link, int error, int turn)
{
	struct pollfd ready = {.fd = link->fd, .events = POLLOUT};
	const struct timespec pause = {.tv_nsec = (long)turn * WAIT_NS};

	if (error == -EAGAIN)
		(void)poll(&ready, 1, 100);
	else if (error != -EINTR)
		(void)nanosleep(&pause, NULL);
}

/* A message failed that others have overtaken. */
static void send_again(
	struct uring *u, const struct engine_message *m, int error)
{
	struct link *link = m->link;

	for (int i = 0; error < 0 && i < REPEATS; i++) {
		u->copies.nobufs += error == -ENOBUFS;
		if (is_of_socket(error)) {
			link->errors.next = -error;
			u->troubled = true;
		} else {
			wait_for_room(link, error, i);
		}
		error = outbox_send(&u->out, m, 1, MSG_DONTWAIT);
	}
	if (error < 0)
		errors_note(&link->errors, -error);
}

/* What is returned tells of one error, and only if no message was sent. */
static void count_untold(struct uring *u, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < n; i++)
		u->copies.nobufs += u->send_errors[i] == -ENOBUFS;
}

/* What to return for n messages that were submitted. */
static int judge(
	struct uring *u, const struct engine_message *messages, uint32_t n)
{
	uint32_t first = 0, last = n;

	while (first < n && !u->send_errors[first])
		first++;
	if (first == n)
		return (int)n;
	if (!is_of_socket(u->send_errors[first]))
		u->singly = SINGLY;
	while (u->send_errors[last - 1] && last > first + 1)
		last--;
	/* None was sent after the first that failed. */
	if (u->send_errors[last - 1]) {
		count_untold(u, first ? first : 1, n);
		return first ? (int)first : u->send_errors[0];
	}
	for (uint32_t i = first; i < last; i++)
		if (u->send_errors[i])
			send_again(u, &messages[i], u->send_errors[i]);
	count_untold(u, last, n);
	return (int)last;
}

/* Sends messages that are alike, as engine_ops.send. */
static int send_run(
	struct uring *u, const struct engine_message *messages, uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; i < n && !r; i++)
		r = queue(u, &messages[i], i);
	if (r) {
		take_all_back(u, r);
		return r;
	}
	if (u->singly > 0)
		u->singly--;
	submit(u);
	return judge(u, messages, n);
}

int uring_engine_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct uring *u = self;
	uint32_t done = 0;
	int error = uring_enter_thread(u);

	if (error)
		return error;
	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	while (done < n) {
		const struct engine_message *m = messages + done;
		uint32_t run = run_of(u, m, n - done);
		bool lends = u->copy_next == 0;
		int r = send_run(u, m, run);

		/* What was not lent is copied now. */
		if (r == -ENOMEM && lends && u->copy_next > 0)
			continue;
		if (r < 0) {
			u->copies.nobufs += done && r == -ENOBUFS;
			return done ? (int)done : r;
		}
		done += (uint32_t)r;
		if ((uint32_t)r < run)
			break;
	}
	return (int)done;
}
