/* SPDX-License-Identifier: MIT */
/* discard (RFC 863): takes everything and answers nothing, which is a fresh
 * train's verdict already. */
#include "service/services.h"

static void discard_handle(void *self, struct batch *b)
{
	(void)self;
	(void)b;
}

const struct service_ops service_discard = {
	.name = "discard",
	.brief = "takes every datagram and answers none (RFC 863)",
	.silent = true,
	.reads = 0,
	.handle = discard_handle,
};
