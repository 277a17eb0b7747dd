/* SPDX-License-Identifier: MIT */
/* What a thread is about to send. Private to load/. */
#pragma once

#include "load/engine/engine.h"
#include "load/loop/flow.h"
#include "load/traffic/replay.h"

#include <stdbool.h>
#include <stdint.h>

/* Messages of one send where they are trains; else ENGINE_MESSAGES. */
#define PROBES_TRAINS 8

/* Where in the table of units a thread is: so many datagrams of the entry are
 * left. Each entry is as many, in however many sends, so that weights are of
 * datagrams. */
struct cursor {
	uint32_t unit, left;
};

struct probes {
	struct cursor cursor; /* the next to be sent */
	bool prefilled; /* slots hold the payload; else it is written each time
			 */
	struct engine_message messages[ENGINE_MESSAGES];
	uint64_t meant_ns[ENGINE_MESSAGES]; /* when each was to leave */
};

/* What is to be sent over a flow: room datagrams, of which each per_time are
 * meant to leave at one of times; NULL: now. Or room of a replay's items. */
struct order {
	struct flow *flow;
	uint64_t room;
	const uint64_t *times;
	uint32_t per_time;
	const struct replay_item *const *items;
};
