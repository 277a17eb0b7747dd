/* SPDX-License-Identifier: MIT */
/* A thread's position in the plan of an open loop. Private to load/. */
#pragma once

#include "load/engine/engine.h"
#include "load/traffic/pace.h"
#include "load/traffic/replay.h"

#include <stdbool.h>
#include <stdint.h>

/* The most bursts that are due and have not left; for an engine that sends
 * many at once, there is room for more. */
#define DEPARTURES_DUE  64
#define DEPARTURES_ROOM ENGINE_LAUNCH

struct departures {
	struct pace pace;
	uint64_t due[DEPARTURES_ROOM];
	uint32_t most; /* of due: one of the above */
	uint32_t first, count;
	uint32_t burst_left; /* datagrams not yet sent of the first */
	uint32_t flow;       /* the flow that sends */
	uint64_t random;
	double share;      /* this thread's part of the plan's rate */
	uint64_t ahead_ns; /* txtime_clock minus CLOCK_MONOTONIC */
	/* Replay: the next item to be sent, and the next to become due. */
	const struct replay_item *item, *next_due;
	/* In the current order. */
	const struct replay_item *items[ENGINE_MESSAGES];
	uint64_t failures; /* of sends, as of before the last */
	bool failed;       /* item has failed once */
};
