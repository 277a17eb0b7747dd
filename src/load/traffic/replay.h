/* SPDX-License-Identifier: MIT */
/*
 * A replay: the datagrams of a capture with their times, ready to be sent
 * again. Memory only, no I/O: the reader of the capture adds them one by one.
 * Nothing changes any more once a run has begun.
 */
#pragma once

#include "load/traffic/dissect.h"
#include "load/traffic/tuples.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replay_item {
	uint64_t at_ns;  /* since the first */
	uint64_t offset; /* into replay.data */
	uint32_t bytes;
	uint32_t flow;
};

struct replay {
	struct replay_item *items; /* sorted by time */
	size_t count, room;
	uint8_t *data;
	size_t bytes, data_room;
	uint32_t flows;       /* flow numbers are below this */
	bool unpaced;         /* all items are due at once */
	struct tuples tuples; /* used until replay_settle() */
};

/* Adds a copy of one datagram; at_ns may be of any clock. 0 or -ENOMEM. */
int replay_add(struct replay *r, uint64_t at_ns,
	const uint8_t tuple[DISSECT_TUPLE], const void *payload,
	uint32_t bytes);

/* Call after the last one: sorts items by time, equal times in the order of
 * adding, and makes times relative to the first. */
void replay_settle(struct replay *r);

/* Reduces flow numbers modulo flows. */
void replay_fold(struct replay *r, uint32_t flows);

/* Divides all times by speed, which is above 0. */
void replay_speed_up(struct replay *r, double speed);

/* Makes all items due at once. */
void replay_unpace(struct replay *r);

/* How many items are due before at_ns. */
size_t replay_due(const struct replay *r, uint64_t at_ns);

/* Time from the first item to the last. */
uint64_t replay_duration_ns(const struct replay *r);

/* Zeroed state is legal. */
void replay_fini(struct replay *r);
