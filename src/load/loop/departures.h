/* SPDX-License-Identifier: MIT */
/* Where an open loop is in its plan. Private to load/. */
#pragma once

#include "load/engine/engine.h"
#include "load/traffic/pace.h"
#include "load/traffic/replay.h"

#include <stdbool.h>
#include <stdint.h>

/* Bursts that are due and have not left, at most. */
#define DEPARTURES_DUE 64

struct departures {
	struct pace pace;
	uint64_t due[DEPARTURES_DUE];
	uint32_t first, count;
	uint32_t burst_left; /* datagrams of the first */
	uint32_t flow;       /* whose turn it is */
	uint64_t random;
	double share;      /* of the plan's rate, this thread's */
	uint64_t ahead_ns; /* the clock by which the kernel times sends */
	/* Of a replay: the next to be sent, and to become due. */
	const struct replay_item *item, *next_due;
	const struct replay_item *items[ENGINE_MESSAGES]; /* that are ordered */
	uint64_t failures; /* of sends, that have been seen by now */
	bool failed;       /* item, once */
};
