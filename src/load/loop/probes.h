/* SPDX-License-Identifier: MIT */
/* Writes probes into the engine's messages. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* Call before the engine is opened with probes_fill as its fill function. */
void probes_init(struct load_thread *t);
void probes_fill(void *thread, uint8_t *slot);

/* The size of the longest message in bytes. */
size_t probes_longest(const struct load_thread *t);

/* The most datagrams of one send. */
static inline uint32_t probes_most(uint32_t train)
{
	return train > 1 ? PROBES_TRAINS * train : ENGINE_MESSAGES;
}

/* Fills in messages for up to room datagrams of the order. Returns the number
 * of messages. */
uint32_t probes_write(
	struct load_thread *t, const struct order *order, uint64_t room);

/* Moves the cursor on by so many datagrams. */
void probes_move(struct load_thread *t, uint32_t datagrams);

/* Call when t->train has become less: so have entries of mixed sizes. */
void probes_shorten_trains(struct load_thread *t);
