/* SPDX-License-Identifier: MIT */
#include "cli/top/history.h"

#include <math.h>

void history_add(struct history *h, double value)
{
	h->at[h->next] = isnan(value) ? 0 : (float)value;
	h->next = (h->next + 1) % HISTORY;
	if (h->count < HISTORY)
		h->count++;
}

double history_ago(const struct history *h, unsigned ago)
{
	if (ago >= h->count)
		return 0;
	return h->at[(h->next + HISTORY - 1 - ago) % HISTORY];
}

double history_peak(const struct history *h, unsigned n)
{
	double peak = 0;

	for (unsigned i = 0; i < n && i < h->count; i++)
		peak = fmax(peak, history_ago(h, i));
	return peak;
}
