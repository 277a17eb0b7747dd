/* SPDX-License-Identifier: MIT */
/*
 * Stresses: rare traffic, one kind after another, each in a file of its own
 * with an entry in stress_table. Replies, the server's counters and the
 * kernel's counters show how it was handled. The same seed sends the same
 * packets, which a digest proves.
 *
 * Runs on the calling thread and blocks.
 */
#pragma once

#include "load/stress/row.h"

#include <stddef.h>

#define STRESS_COUNT 8
extern const struct stress *const stress_table[STRESS_COUNT];

/* 0, also if interrupted; or -errno and one line in why: -ECONNREFUSED nobody
 * listens, -ETIMEDOUT the peer does not answer. */
int stress_run(const struct stress_config *config, struct stress_result *result,
	char *why, size_t why_bytes);
