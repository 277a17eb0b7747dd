/* SPDX-License-Identifier: MIT */
/*
 * The trains of one receive, and the messages that answer them.
 *
 * A batch is a loan: between a backend's recv and its send of the same batch,
 * the caller may read data and peer of every train, and write data in place.
 * send takes everything back, including trains that are not answered, so that
 * no release can be forgotten.
 *
 * One thread at a time. Only batch_init() allocates memory.
 */
#pragma once

#include "core/bounds.h"
#include "core/train.h"

#include <stdint.h>
#include <sys/uio.h>

#define BATCH_CAPACITY_MAX 1024

/*
 * What one send call takes: reply segments of one size (the last may be
 * shorter) to one peer, gathered from iov. couple() makes messages; a backend
 * sends them and sets sent_* to what the kernel took. The rest failed with
 * error.
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
	int error; /* 0, or -errno of the segments not sent */
	/* 0, or the -errno with which the train was refused, so that its
	 * segments were sent one by one. */
	int train_error;
};

/* One datagram that needs no control message, so that sendto(2) can send it. */
static inline bool message_is_plain(const struct message *m)
{
	return m->segments == 1 && m->local->family == AF_UNSPEC;
}

/* A part of a reply that belongs to a message; internal to couple(). */
struct piece {
	uint8_t *data;
	uint32_t bytes;
	uint32_t message;
};

struct batch {
	struct train *trains;
	uint32_t count; /* trains in use */
	uint32_t capacity;
	uint64_t received_ns; /* CLOCK_MONOTONIC, if the service wants it */
	/* The system call that ended a receive in an error, if it is not the
	 * one that the backend mostly receives with; else NULL. */
	const char *failed_call;
	/* Limits on coupling; NULL, as batch_init() leaves it: none. */
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
