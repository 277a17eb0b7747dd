/* SPDX-License-Identifier: MIT */
/*
 * How the datagrams that arrived were marked: counted so that sums over
 * workers, and differences over time, still tell a sender what became of the
 * DSCP, ECN and TTL that it set (core/counters.def says how).
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

/* One worker's. Zeroed: nothing has arrived. */
struct marks {
	bool any;
	uint8_t ttl; /* of the last train */
};

/* Counts a batch whose trains have tos and ttl, before anybody changes it. */
void marks_count(
	struct marks *m, const struct batch *batch, struct counters *counters);
