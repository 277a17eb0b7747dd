/* SPDX-License-Identifier: MIT */
/* Sends by sendmmsg(2): a call per run of messages for the same socket. */
#pragma once

#include "load/engine/cmsg.h"
#include "load/engine/engine.h"

#include <sys/socket.h>

struct outbox {
	struct mmsghdr headers[ENGINE_MESSAGES];
	struct iovec iov[ENGINE_MESSAGES];
	struct {
		_Alignas(struct cmsghdr) char bytes[CMSG_SEND_BYTES];
	} control[ENGINE_MESSAGES];
};

void outbox_init(struct outbox *o);

/* As engine_ops.send; the links are struct link. flags: of sendmsg(2). */
int outbox_send(struct outbox *o, const struct engine_message *messages,
	uint32_t n, int flags);
