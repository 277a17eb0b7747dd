/* SPDX-License-Identifier: MIT */
/* The ring, and the provided buffers that it receives into. */
#include "load/engine/uring_state.h"

#include "net/ring_hint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Arrivals, failed sends, and two completions for each lent slot. */
#define COMPLETIONS 1024
#define FLAGS                                                                  \
	(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |             \
		IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL |          \
		IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP)

/* Neither its stack nor its thread ID would do: later threads get the same. */
uint64_t uring_this_thread(void)
{
	static _Atomic uint64_t threads;
	static _Thread_local uint64_t number;

	if (number == 0)
		number = ++threads;
	return number;
}

static int open_ring(struct io_uring *ring)
{
	struct io_uring_params params = {
		.flags = FLAGS,
		.cq_entries = COMPLETIONS,
	};

	return io_uring_queue_init_params(URING_ENTRIES, ring, &params);
}

int uring_engine_probe(char *why, size_t why_bytes)
{
	struct io_uring ring;
	int error = open_ring(&ring);

	if (error) {
		snprintf(why, why_bytes, "%s", ring_hint(error));
		return error;
	}
	io_uring_queue_exit(&ring);
	return 0;
}

static void add(struct uring *u, uint16_t buffer, int offset)
{
	io_uring_buf_ring_add(u->buffers, slots_at(&u->slots, buffer),
		URING_HEAD + TRAIN_ROOM, buffer,
		io_uring_buf_ring_mask(URING_BUFFERS), offset);
}

void uring_give(struct uring *u, const uint16_t *buffers, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add(u, buffers[i], (int)i);
	io_uring_buf_ring_advance(u->buffers, (int)n);
}

/* All but those that hold what is not handed out yet. */
static void give_unused(struct uring *u)
{
	bool used[URING_BUFFERS] = {false};
	uint16_t unused[URING_BUFFERS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < u->arrival_count; i++) {
		const struct uring_arrival *a = uring_arrival_at(u, i);

		if (!a->error)
			used[a->buffer] = true;
	}
	for (uint32_t i = 0; i < u->loan_count; i++)
		used[u->loan[i]] = true;
	for (uint16_t i = 0; i < URING_BUFFERS; i++)
		if (!used[i])
			unused[n++] = i;
	uring_give(u, unused, n);
}

static int init_buffers(struct uring *u)
{
	struct io_uring_buf_reg reg = {.ring_entries = URING_BUFFERS};
	int error;
	void *p;

	u->buffers_bytes = URING_BUFFERS * sizeof(struct io_uring_buf);
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
	give_unused(u);
	return 0;
}

/* Can messages be sent without copying, and is it said if they were copied
 * (Linux 6.2)? A kernel that can, misses the file. */
static bool can_lend(struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe;
	int result;

	io_uring_prep_send_zc(sqe, -1, NULL, 0, 0, URING_LEND_FLAGS);
	if (io_uring_submit_and_wait(ring, 1) < 0 ||
		io_uring_peek_cqe(ring, &cqe))
		return false;
	result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return result == -EBADF;
}

int uring_engine_suits(
	const struct engine_traffic *traffic, char *why, size_t why_bytes)
{
	struct io_uring ring;
	bool can;

	/* A ring that cannot be made is the probe's to explain. */
	if (!traffic->zerocopy_from || open_ring(&ring))
		return 0;
	can = can_lend(&ring);
	io_uring_queue_exit(&ring);
	if (can)
		return 0;
	snprintf(why, why_bytes,
		"cannot say here what was copied all the same, for which Linux "
		"6.2 is needed; leave out --zerocopy-from");
	return -EOPNOTSUPP;
}

int uring_open_ring(struct uring *u)
{
	int error = open_ring(&u->ring);

	if (error)
		return error;
	u->made = true;
	u->thread = uring_this_thread();
	u->lends = can_lend(&u->ring);
	return init_buffers(u);
}

void uring_close_ring(struct uring *u)
{
	struct io_uring_sync_cancel_reg cancel = {
		.fd = -1,
		.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL,
		.timeout = {1, 0},
	};

	/* The kernel must be done with the buffers before they are unmapped,
	 * and with the sockets before their ports are bound again. If another
	 * thread has made the ring and has ended, it has cancelled all. */
	if (u->made) {
		if (u->thread == uring_this_thread()) {
			(void)io_uring_register_sync_cancel(&u->ring, &cancel);
			(void)io_uring_get_events(&u->ring);
		}
		io_uring_queue_exit(&u->ring);
	}
	if (u->buffers)
		munmap(u->buffers, u->buffers_bytes);
	u->made = false;
	u->buffers = NULL;
}

struct io_uring_sqe *uring_entry(struct uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);

	if (sqe)
		return sqe;
	(void)io_uring_submit(&u->ring);
	return io_uring_get_sqe(&u->ring);
}
