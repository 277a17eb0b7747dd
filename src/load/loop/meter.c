/* SPDX-License-Identifier: MIT */
#include "load/loop/meter.h"

void meter_sum(const struct meter *m, struct load_counts *sum)
{
	uint64_t *out = (uint64_t *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*out); i++)
		out[i] +=
			atomic_load_explicit(&m->live[i], memory_order_relaxed);
}

void meter_begin(struct meter *m)
{
	for (size_t i = 0; i < LOAD_HISTOGRAMS; i++)
		histogram_init(&m->histograms[i]);
	m->jitter = (struct load_jitter){0};
	m->before = (struct load_counts){0};
	meter_sum(m, &m->before);
}

/* Due datagrams that have left or never will. */
static uint64_t dealt_with(const struct load_counts *c)
{
	return c->sent + c->too_big;
}

void meter_begin_plan(struct meter *m)
{
	m->kept.overdue = m->before.due - dealt_with(&m->before);
	m->kept.due = m->kept.sent = 0;
}

void meter_end_plan(struct meter *m)
{
	struct load_counts now = {0};

	meter_sum(m, &now);
	m->kept.due = now.due - m->kept.overdue - dealt_with(&m->before);
	m->kept.sent = now.sent - m->before.sent;
}
