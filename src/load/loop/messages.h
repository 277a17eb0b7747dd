/* SPDX-License-Identifier: MIT */
/* The messages that a thread is about to send. Private to load/. */
#pragma once

#include "load/engine/engine.h"
#include "load/loop/flow.h"
#include "load/traffic/replay.h"

#include <stdbool.h>
#include <stdint.h>

/* The most messages of one send if they are trains; else ENGINE_MESSAGES. */
#define PROBES_TRAINS 8

/* A thread's position in the table of units, and how many datagrams of that
 * entry are left. Each entry stands for the same number of datagrams, in
 * however many sends, so that weights apply to datagrams. */
struct cursor {
	uint32_t unit, left;
};

struct probes {
	struct cursor cursor; /* of the next datagram */
	size_t item;          /* the next of a replay that goes round */
	bool prefilled;       /* slots already hold the payload */
	struct engine_message messages[ENGINE_MESSAGES];
	uint64_t meant_ns[ENGINE_MESSAGES]; /* the planned departure of each */
};

/* An order to send up to room datagrams over a flow: per_time datagrams at each
 * of times, or all now if that is NULL. In a replay, room items. */
struct order {
	struct flow *flow;
	uint64_t room;
	const uint64_t *times;
	uint32_t per_time;
	const struct replay_item *const *items;
};
