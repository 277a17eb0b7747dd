/* SPDX-License-Identifier: MIT */
/* Sends the replies of a batch by sendmmsg(2), and a single datagram by
 * sendto(2). */
#pragma once

#include "backend/backend.h"
#include "backend/resend.h"

#include <sys/socket.h>

struct outlet_control;

struct outlet {
	/* Its fd sends; if that is connected, it knows where to, and from
	 * where. */
	struct resend resend;
	struct mmsghdr *headers;
	struct outlet_control *control;
};

/* Sends by config->fd. 0 or -ENOMEM; outlet_fini() is legal after either. */
int outlet_init(struct outlet *o, const struct backend_config *config);

/* Legal on zeroed state. */
void outlet_fini(struct outlet *o);

/* As backend_ops.send, for n messages in a row. */
int outlet_send(struct outlet *o, struct message *messages, uint32_t n);
