/* SPDX-License-Identifier: MIT */
/* A ring belongs to the thread that made it, and each run has new threads. */
#include "load/engine/uring_state.h"

int uring_enter_thread(struct uring *u)
{
	int error;

	if (u->thread == uring_this_thread() && u->made)
		return 0;
	if (u->made)
		uring_reap_all(u);
	uring_close_ring(u);
	/* Nobody will learn any more when the kernel is done with these. */
	for (uint32_t i = 0; i < URING_SLOTS; i++) {
		if (u->busy[i])
			pages_renew(&u->pages, i);
		u->busy[i] = false;
	}
	error = uring_open_ring(u);
	/* Saves a lookup of the ring's descriptor per call; optional. */
	if (!error)
		(void)io_uring_register_ring_fd(&u->ring);
	for (uint32_t i = 0; !error && i < u->sockets; i++)
		if (u->links[i].fd >= 0)
			uring_want_receive(u, &u->links[i]);
	return error;
}
