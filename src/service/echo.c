/* SPDX-License-Identifier: MIT */
/* echo (RFC 862): sends everything back, whole trains in place. */
#include "service/services.h"

static void echo_handle(void *self, struct batch *b)
{
	(void)self;
	for (uint32_t i = 0; i < b->count; i++)
		if (b->trains[i].verdict != VERDICT_REFUSE)
			service_answer_same(&b->trains[i]);
}

const struct service_ops service_echo = {
	.name = "echo",
	.brief = "sends every datagram back (RFC 862)",
	.loops = true,
	.reads = SERVICE_READS_ALL,
	.handle = echo_handle,
};
