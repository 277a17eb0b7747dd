/* SPDX-License-Identifier: MIT */
/* The tables of the services: for registry.c alone. */
#pragma once

#include "service/service.h"

extern const struct service_ops service_length;
extern const struct service_ops service_echo;
extern const struct service_ops service_discard;
extern const struct service_ops service_reflect;

/* Answers with as many bytes and segments as t has. */
static inline void service_answer_same(struct train *t)
{
	t->verdict = VERDICT_ANSWER;
	t->reply_bytes = t->bytes;
	t->reply_segment_bytes = t->segment_bytes;
	t->reply_segments = t->segments;
}
