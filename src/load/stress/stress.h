/* SPDX-License-Identifier: MIT */
/*
 * Stresses: what a stack and a server are seldom sent, one kind after another,
 * each a file of its own with an entry in stress_table. What came of it is told
 * by the replies, by the server's counters, and by the kernel's. The same seed
 * sends the same packets, which a digest proves.
 *
 * It runs on the calling thread and blocks.
 */
#pragma once

#include "load/stress/row.h"

#include <stddef.h>

#define STRESS_COUNT 8
extern const struct stress *const stress_table[STRESS_COUNT];

/* 0, also where it was interrupted; or -errno and one line in why:
 * -ECONNREFUSED nobody listens, -ETIMEDOUT the peer does not answer. */
int stress_run(const struct stress_config *config, struct stress_result *result,
	char *why, size_t why_bytes);
