/* SPDX-License-Identifier: MIT */
#include "load/loop/launch.h"

#include "load/loop/halt.h"

int launch_begin(struct load_thread *t)
{
	const struct engine_ops *ops = t->engine.ops;
	int error = 0;

	for (uint32_t i = 0; !error && i < t->flow_count; i++) {
		const struct flow *f = &t->flows[i];

		error = ops->number(
			t->engine.self, f->link, f->number, f->sequence);
	}
	return error;
}

static void count(struct load_thread *t, const struct engine_launch *l)
{
	for (uint32_t i = 0; i < t->flow_count; i++) {
		struct flow *f = &t->flows[i];

		f->sequence = t->engine.ops->numbered(t->engine.self, f->link);
	}
	METER_COUNT(&t->meter, sent, l->sent);
	METER_COUNT(&t->meter, sent_bytes,
		(uint64_t)l->sent * t->config->sizes.most);
	METER_COUNT(&t->meter, sent_messages, l->sent);
	METER_COUNT(&t->meter, device_drops, l->dropped);
	for (uint32_t i = 0; l->times && i < l->sent; i++)
		histogram_record(
			&t->meter.histograms[LOAD_LAG], l->late_ns[i], 1);
}

uint32_t launch_order(
	struct load_thread *t, const struct order *order, uint32_t room)
{
	const struct engine_ops *ops = t->engine.ops;
	struct engine_launch l = {.datagrams = room, .times = order->times};
	int error = ops->launch(t->engine.self, &l);

	count(t, &l);
	if (!error) {
		failures_none(&t->sends);
		return l.sent;
	}
	if (error != -EINTR)
		METER_COUNT(&t->meter, send_errors, 1);
	thread_failed(t, &t->sends, ops->send_call, -error);
	return l.sent;
}
