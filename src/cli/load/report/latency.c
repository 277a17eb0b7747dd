/* SPDX-License-Identifier: MIT */
#include "cli/load/report/latency.h"

#include "cli/print/json.h"

json_t *latency_json(const struct histogram *h)
{
	if (h->count == 0)
		return json_pack("{s:i}", "count", 0);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f}",
		"count", json_number(h->count), "min", json_number(h->min),
		"p50", json_number(histogram_quantile(h, 0.5)), "p90",
		json_number(histogram_quantile(h, 0.9)), "p99",
		json_number(histogram_quantile(h, 0.99)), "p999",
		json_number(histogram_quantile(h, 0.999)), "p9999",
		json_number(histogram_quantile(h, 0.9999)), "p99999",
		json_number(histogram_quantile(h, 0.99999)), "max",
		json_number(h->max), "mean", histogram_mean(h));
}
