/* SPDX-License-Identifier: MIT */
/* The ring, and the provided buffers it receives into. */
#include "backend/uring_state.h"

#include "net/ring_hint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define SQ_ENTRIES 256
#define RING_FLAGS                                                             \
	(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |             \
		IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL |          \
		IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP)

static int open_ring(struct io_uring *ring, uint32_t cq_entries)
{
	struct io_uring_params params = {
		.flags = RING_FLAGS,
		.cq_entries = cq_entries,
	};

	return io_uring_queue_init_params(SQ_ENTRIES, ring, &params);
}

int uring_probe(char *why, size_t why_bytes)
{
	struct io_uring ring;
	int error = open_ring(&ring, 2 * SQ_ENTRIES);

	if (error) {
		snprintf(why, why_bytes, "%s", ring_hint(error));
		return error;
	}
	io_uring_queue_exit(&ring);
	return 0;
}

static void add_slot(struct uring *u, uint16_t slot, int offset)
{
	io_uring_buf_ring_add(u->buffers, slots_at(&u->slots, slot),
		u->head + u->slot_bytes, slot,
		io_uring_buf_ring_mask(u->slots.count), offset);
}

/* Slots are given back in the order in which the kernel takes them from the
 * ring, so that its entries, which it only reads, nearly always name the right
 * slot already. */
void uring_give_slots(struct uring *u)
{
	const uint32_t mask = u->slots.count - 1, n = u->handed - u->given;
	const struct io_uring_buf *entries = u->buffers->bufs;
	const uint32_t at = u->buffers->tail, given = u->given;
	const uint16_t *filled = u->filled;
	const bool held = u->lending.held > 0;
	uint32_t added = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint16_t slot = filled[(given + i) & mask];

		if (held && uring_must_wait(u, slot))
			continue;
		if (entries[(at + added) & mask].bid != slot)
			add_slot(u, slot, (int)added);
		added++;
	}
	io_uring_buf_ring_advance(u->buffers, (int)added);
	u->given = given + n;
}

void uring_give_slot(struct uring *u, uint16_t slot)
{
	add_slot(u, slot, 0);
	io_uring_buf_ring_advance(u->buffers, 1);
}

static int init_buffers(struct uring *u, uint32_t count)
{
	struct io_uring_buf_reg reg = {.ring_entries = count};
	void *p;
	int error = slots_init(&u->slots, count, u->head + TRAIN_ROOM);

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
		add_slot(u, (uint16_t)i, (int)i);
	io_uring_buf_ring_advance(u->buffers, (int)count);
	return 0;
}

int uring_ring_init(struct uring *u, const struct backend_config *config,
	uint32_t slot_count)
{
	/* Room for an arrival per slot, a result per message in flight, and the
	 * ends of loans. */
	uint32_t completions = 2 * slot_count + SQ_ENTRIES +
			       (config->zerocopy_from ? URING_LENT_MOST : 0);
	int error = open_ring(&u->ring, completions);

	if (error)
		return error;
	u->ring_made = true;
	error = io_uring_register_files(&u->ring, &config->fd, 1);
	if (error)
		return error;
	/* Saves a lookup of the ring's descriptor per call; optional. */
	(void)io_uring_register_ring_fd(&u->ring);
	uring_napi_register(u, config);
	return init_buffers(u, slot_count);
}

void uring_ring_fini(struct uring *u)
{
	struct io_uring_sync_cancel_reg cancel = {
		.fd = -1,
		.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL,
		.timeout = {1, 0},
	};

	/* The kernel must be done with the slots before they are unmapped, and
	 * with the socket before its port is bound again. The rest of the
	 * receive runs in the second call; exiting alone would release files
	 * only some milliseconds later. */
	if (u->ring_made) {
		(void)io_uring_register_sync_cancel(&u->ring, &cancel);
		(void)io_uring_get_events(&u->ring);
		(void)io_uring_unregister_files(&u->ring);
		io_uring_queue_exit(&u->ring);
	}
	if (u->buffers)
		munmap(u->buffers, u->buffers_bytes);
	slots_fini(&u->slots);
}
