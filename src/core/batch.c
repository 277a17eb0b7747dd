/* SPDX-License-Identifier: MIT */
#include "core/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * With trains off every segment is a message, so that there is room for the
 * longest train in every slot. The memory is mapped but not touched: unused
 * parts never become resident.
 */
int batch_init(struct batch *b, uint32_t capacity)
{
	*b = (struct batch){0};
	if (capacity == 0 || capacity > BATCH_CAPACITY_MAX)
		return -EINVAL;
	b->capacity = capacity;
	b->piece_capacity = capacity * TRAIN_SEGMENTS_MOST;
	b->trains = map(capacity * sizeof(*b->trains));
	b->messages = map(b->piece_capacity * sizeof(*b->messages));
	b->iov = map(b->piece_capacity * sizeof(*b->iov));
	b->pieces = map(b->piece_capacity * sizeof(*b->pieces));
	if (b->trains && b->messages && b->iov && b->pieces)
		return 0;
	batch_fini(b);
	return -ENOMEM;
}

void batch_fini(struct batch *b)
{
	if (b->trains)
		munmap(b->trains, b->capacity * sizeof(*b->trains));
	if (b->messages)
		munmap(b->messages, b->piece_capacity * sizeof(*b->messages));
	if (b->iov)
		munmap(b->iov, b->piece_capacity * sizeof(*b->iov));
	if (b->pieces)
		munmap(b->pieces, b->piece_capacity * sizeof(*b->pieces));
	*b = (struct batch){0};
}
