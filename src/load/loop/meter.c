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
	struct histogram *latency = &m->histograms[LOAD_LATENCY];

	for (size_t i = 0; i < LOAD_HISTOGRAMS; i++)
		if (i != LOAD_LATENCY)
			histogram_init(&m->histograms[i]);
	m->latency_before = *latency;
	histogram_renew(latency);
	m->jitter = (struct load_jitter){0};
	m->before = (struct load_counts){0};
	meter_sum(m, &m->before);
}

void meter_latency(const struct meter *m, struct histogram *out)
{
	const struct histogram *h = &m->histograms[LOAD_LATENCY];

	histogram_since(out, h, &m->latency_before);
	out->min = h->min;
	out->max = h->max;
	out->sum = h->sum - m->latency_before.sum;
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
