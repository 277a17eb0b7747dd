/* SPDX-License-Identifier: MIT */
/* What recvmmsg(2) fills in: slots for a batch of trains that may come from
 * several sockets, one receive after the other. */
#pragma once

#include "backend/backend.h"
#include "core/slots.h"

#include <sys/socket.h>

struct intake {
	uint32_t capacity;
	uint32_t slot_bytes;
	bool head_only;
	size_t control_room;
	uint32_t used; /* headers that were written to since the last reset */
	struct slots slots;
	struct mmsghdr *headers;
	struct iovec *iov;
	char *control; /* control_room bytes for each */
	union address *peers;
};

/* 0 or -ENOMEM; intake_fini() is legal after either. */
int intake_init(struct intake *in, const struct backend_config *config);

/* Legal on zeroed state. */
void intake_fini(struct intake *in);

/* Before a new batch: what was received may be overwritten. */
void intake_reset(struct intake *in);

/* Appends what is waiting in a socket to a batch, as far as there is room;
 * lone: one train at most. flag: MSG_DONTWAIT; or 0, to wait for the first. The
 * number of trains, or -errno. Fewer than fit: the socket has no more, or an
 * error that its next receive returns. */
int intake_receive(
	struct intake *in, int fd, int flag, struct batch *b, bool lone);

/* Which train of the batch came from this peer; at least capacity if the
 * address is not one that was received. */
static inline uint32_t intake_index(
	const struct intake *in, const union address *peer)
{
	uintptr_t at = (uintptr_t)peer - (uintptr_t)in->peers;

	return at < in->capacity * sizeof(*peer)
		       ? (uint32_t)(at / sizeof(*peer))
		       : in->capacity;
}
