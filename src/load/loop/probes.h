/* SPDX-License-Identifier: MIT */
/* Probes written into the engine's messages. Private to load/. */
#pragma once

#include "load/engine/engine.h"
#include "load/loop/flow.h"
#include "load/traffic/replay.h"

#include <stdbool.h>
#include <stdint.h>

struct load_thread;

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

/* Before the engine is opened, which then fills its slots by probes_fill. */
void probes_init(struct load_thread *t);
void probes_fill(void *thread, uint8_t *slot);

/* Bytes of the longest message. */
size_t probes_longest(const struct load_thread *t);

/* Datagrams of one send at most. */
static inline uint32_t probes_most(uint32_t train)
{
	return train > 1 ? PROBES_TRAINS * train : ENGINE_MESSAGES;
}

/* Fills messages for up to room datagrams of the order: how many messages. */
uint32_t probes_write(
	struct load_thread *t, const struct order *order, uint64_t room);

/* On by so many datagrams. */
void probes_move(struct load_thread *t, uint32_t datagrams);

/* Trains were given up: entries are of lone datagrams from here on. */
void probes_give_up_trains(struct load_thread *t);
