/* SPDX-License-Identifier: MIT */
/*
 * The end of a wait. A timeout in the call that waits makes the kernel start
 * and cancel a timer for each datagram that is waited for, which was 3 % of
 * what a lone datagram costs. So the ring has a timer of its own, which runs on
 * while datagrams come, and is set again after it has ended: a wait may be
 * shorter than asked for, never longer.
 */
#include "backend/uring_state.h"

#include <errno.h>

int uring_timer_set(struct uring *u, int timeout_ms)
{
	struct io_uring_sqe *sqe;

	if (u->timer_ms == timeout_ms)
		return 0;
	sqe = io_uring_get_sqe(&u->ring);
	if (!sqe)
		return -EBUSY;
	u->timer = (struct __kernel_timespec){
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000ll,
	};
	if (u->timer_ms == 0) {
		io_uring_prep_timeout(sqe, &u->timer, 0, 0);
		sqe->user_data = URING_TAG_TIMER;
	} else {
		io_uring_prep_timeout_update(
			sqe, &u->timer, URING_TAG_TIMER, 0);
		sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
		sqe->user_data = URING_TAG_UPDATE;
	}
	u->timer_ms = timeout_ms;
	return 0;
}
