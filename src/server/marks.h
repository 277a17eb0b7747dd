/* SPDX-License-Identifier: MIT */
/*
 * Counts the marks of received datagrams such that a sender can still tell from
 * sums over workers and differences over time what became of the DSCP, ECN and
 * TTL that it set (see core/counters.def).
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"

/* The state of one worker. Zeroed: nothing has arrived. */
struct marks {
	bool any;
	uint8_t ttl; /* of the last train */
};

/* Counts a batch. Its trains must have tos and ttl, and must be unchanged. */
void marks_count(
	struct marks *m, const struct batch *batch, struct counters *counters);
