/* SPDX-License-Identifier: MIT */
/*
 * A server's counters as metrics. The names follow from those of the counters,
 * so that a server of another version can be shown, too: most are
 * udpmill_NAME, with _total if they only grow. Counters that differ by a cause
 * or a rule are one family, with a label; CPU time is in seconds; sizes of
 * trains and batches are histograms.
 */
#pragma once

#include "core/address.h"
#include "core/counters.h"
#include "metrics/text.h"

struct metrics_server {
	const char *version, *service, *backend;
	int32_t pid;
	uint64_t started_ns; /* CLOCK_REALTIME */
	const union address *endpoints;
	uint32_t endpoint_count;
	/* Of all endpoints, which have the same number of them: those of the
	 * first come first. */
	uint32_t worker_count;
	const struct counter_description *const *counters;
	uint32_t counter_count;
	const uint64_t *values; /* worker_count x counter_count */
};

void metrics_server_write(
	struct metrics_text *t, const struct metrics_server *s);
