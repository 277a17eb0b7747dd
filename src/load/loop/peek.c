/* SPDX-License-Identifier: MIT */
/* What a run has come to, for those who look on while it goes on. */
#include "load/loop/moment.h"

void load_peek(const struct load *l, struct load_counts *counts,
	struct histogram *latency)
{
	*counts = load_count_all(l);
	histogram_init(latency);
	for (uint32_t i = 0; i < l->config.threads; i++)
		histogram_peek(
			latency, &l->threads[i].meter.histograms[LOAD_LATENCY]);
}
