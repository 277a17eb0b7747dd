/* SPDX-License-Identifier: MIT */
/*
 * What one receive brought, and the messages that answer it.
 *
 * A batch is a loan: between a backend's recv and its send of the same batch,
 * data and peer of every train are the caller's to read and to write in place.
 * send takes all of it back, also the trains nobody answers, so there is no
 * release that could be forgotten.
 *
 * One thread at a time. batch_init() takes memory, nothing else here does.
 */
#pragma once

#include "core/bounds.h"
#include "core/train.h"

#include <stdint.h>
#include <sys/uio.h>

#define BATCH_CAPACITY_MAX 1024

/*
 * One call's worth of reply: segments of one size (the last may be shorter) to
 * one peer, gathered from iov. couple() makes them, a backend sends them and
 * says in sent_* what the kernel took; the rest failed with error.
 */
struct message {
	const union address *peer;
	const struct local_address *local;
	struct iovec *iov;
	uint32_t iov_count;
	uint32_t bytes;
	uint32_t segment_bytes;
	uint32_t segments; /* 1: a plain datagram, no UDP_SEGMENT */

	uint32_t sent_segments;
	uint32_t sent_bytes;
	int error;       /* 0, or -errno of the segments not sent */
	int train_error; /* 0, or -errno the train was refused with: then its
			  * segments went out one by one */
};

/* A stretch of a reply on its way to a message; couple()'s own. */
struct piece {
	uint8_t *data;
	uint32_t bytes;
	uint32_t message;
};

struct batch {
	struct train *trains;
	uint32_t count; /* trains in use */
	uint32_t capacity;
	uint64_t received_ns; /* CLOCK_MONOTONIC, only where a service asks */
	/* Which replies are not coupled; NULL, as of batch_init(): any are. */
	const struct bounds *bounds;

	struct message *messages;
	uint32_t message_count;
	struct iovec *iov;
	struct piece *pieces;
	uint32_t piece_count;
	uint32_t piece_capacity; /* of messages, iov and pieces */
};

/* capacity 1 to BATCH_CAPACITY_MAX. 0, -EINVAL or -ENOMEM. */
int batch_init(struct batch *b, uint32_t capacity);

/* Legal on zeroed state. */
void batch_fini(struct batch *b);
