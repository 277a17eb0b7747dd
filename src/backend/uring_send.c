/* SPDX-License-Identifier: MIT */
/*
 * Sends replies: a batch per submission. A ring does not stop at a message that
 * the send buffer has no room for, which then leaves after others. A buffer
 * that is full once, soon is again: the next messages are submitted one by one,
 * and keep their order.
 */
#include "backend/uring_state.h"

#include <errno.h>
#include <time.h>

static void queue_message(
	struct uring *u, const struct message *m, uint32_t number)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	struct msghdr *h = &u->out[number];

	if (message_is_plain(m)) {
		/* OP_SEND avoids copying a msghdr and its iovec. */
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
	sqe->flags |= IOSQE_FIXED_FILE;
	if (m->bytes >= u->lending.from && uring_lend(u, sqe, m, number))
		return;
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	sqe->user_data = number;
}

/* 0: submit again; or -errno. */
static int submit_failed(struct uring *u, int error)
{
	const struct timespec pause = {.tv_nsec = FAILURES_PAUSE_NS};

	/* By the same call came what is answered: it is not denied. */
	if (u->wait.failures.worked)
		u->submits.worked = true;
	switch (failures_judge(&u->submits, -error)) {
	case FAILURES_PASS:
		return 0;
	case FAILURES_PAUSE:
		(void)nanosleep(&pause, NULL);
		return 0;
	default:
		return error;
	}
}

/* Entries that could not be submitted stay in the ring and refer to memory that
 * the next batch will reuse: either all of them leave, or the worker ends. */
static int submit(struct uring *u, struct message *m)
{
	int error = 0;

	do {
		int r = io_uring_submit_and_get_events(&u->ring);
		unsigned n = uring_reap(u, m);

		counter_add(u->counters, COUNTER_SEND_CALLS, 1);
		if (r >= 0 || n > 0)
			failures_none(&u->submits);
		else if (r != -EINTR)
			error = submit_failed(u, r);
	} while (!error && io_uring_sq_ready(&u->ring) > 0);
	return error;
}

/* Up to n messages. Returns how many, or -errno. */
static int send_some(struct uring *u, struct message *m, uint32_t most)
{
	uint32_t n = 0;
	int error;

	u->lending.tries = false;
	/* One that may be refused for the memory it locks is the last, so that
	 * no other overtakes it. */
	while (n < most && !u->lending.tries) {
		queue_message(u, &m[n], n);
		n++;
	}
	error = submit(u, m);
	if (error)
		return error;
	for (uint32_t i = 0; i < n && !error; i++, m++) {
		if (m->error) {
			if (m->error == -EAGAIN)
				u->singly = URING_SEND_MAX;
			error = resend(&u->resend, m, m->error);
			continue;
		}
		m->sent_segments = m->segments;
		m->sent_bytes = m->bytes;
	}
	return error ? error : (int)n;
}

int uring_send(void *self, struct batch *b)
{
	struct uring *u = self;
	uint32_t done = 0;
	int r = 0;

	while (done < b->message_count && r >= 0) {
		uint32_t n = b->message_count - done;

		if (n > URING_SEND_MAX)
			n = URING_SEND_MAX;
		if (u->singly > 0) {
			u->singly--;
			n = 1;
		}
		r = send_some(u, &b->messages[done], n);
		if (r > 0)
			done += (uint32_t)r;
	}
	uring_give_slots(u);
	return r < 0 ? r : 0;
}
