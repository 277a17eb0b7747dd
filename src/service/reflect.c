/* SPDX-License-Identifier: MIT */
/*
 * reflect: returns a load generator's probe with a receive record: when it
 * came, how many this worker had answered before, and which worker it is
 * (core/probe.h). Nothing else is answered; replies are recognised by their
 * magic.
 */
#include "core/probe.h"
#include "service/services.h"

#include <string.h>

struct reflect {
	uint32_t worker;
	uint64_t order;
};

static int reflect_init(void *self, const struct service_config *config)
{
	struct reflect *r = self;

	r->worker = config->worker;
	return 0;
}

/* 0, or the counter that says why this datagram is not answered. */
static uint8_t judge(const uint8_t *data, uint32_t bytes)
{
	struct probe p;

	if (!probe_read(data, bytes, &p))
		return COUNTER_REFUSED_NOT_PROBE;
	return p.magic == PROBE_REPLY ? COUNTER_REFUSED_REPLY : 0;
}

static void answer(struct reflect *r, struct train *t, uint64_t now_ns)
{
	uint32_t from = 0, to = 0, answered = 0;
	struct probe_receive receive = {
		.received_ns = now_ns,
		.worker = r->worker,
	};

	t->refused = 0;
	for (uint32_t i = 0; i < t->segments; i++) {
		uint32_t left = t->bytes - from;
		uint32_t n = left < t->segment_bytes ? left : t->segment_bytes;
		uint8_t why = judge(t->data + from, n);

		if (why) {
			t->refusal = why;
			t->refused++;
		} else {
			/* Close the gap left by a refused segment. */
			if (to != from)
				memmove(t->data + to, t->data + from, n);
			receive.order = r->order++;
			probe_answer(t->data + to, n, &receive);
			to += n;
			answered++;
		}
		from += n;
	}
	if (!answered) {
		train_refuse(t, t->refusal);
		return;
	}
	t->verdict = VERDICT_ANSWER;
	t->reply_bytes = to;
	t->reply_segments = answered;
	t->reply_segment_bytes = answered > 1 ? t->segment_bytes : to;
}

static void reflect_handle(void *self, struct batch *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		if (b->trains[i].verdict != VERDICT_REFUSE)
			answer(self, &b->trains[i], b->received_ns);
}

const struct service_ops service_reflect = {
	.name = "reflect",
	.brief = "returns a probe with the time it was received",
	.size = sizeof(struct reflect),
	.wants_time = true,
	.reads = SERVICE_READS_ALL,
	.init = reflect_init,
	.handle = reflect_handle,
};
