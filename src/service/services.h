/* SPDX-License-Identifier: MIT */
/* The services there are, for the table in registry.c. */
#pragma once

#include "service/service.h"

extern const struct service_ops service_length;
extern const struct service_ops service_echo;
extern const struct service_ops service_discard;
extern const struct service_ops service_reflect;

/* The answer is as long and in as many segments as what is left of t. */
static inline void service_answer_same(struct train *t)
{
	t->verdict = VERDICT_ANSWER;
	t->reply_bytes = t->bytes;
	t->reply_segment_bytes = t->segment_bytes;
	t->reply_segments = t->segments;
}
