/* SPDX-License-Identifier: MIT */
/* Probes written into the engine's messages. Private to load/. */
#pragma once

#include "load/loop/thread.h"

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
