/* SPDX-License-Identifier: MIT */
/*
 * Datagrams that once were, and when: what a capture held, made ready to be
 * sent again. Arithmetic and memory only; who reads the capture adds them one
 * by one, and from the run's first datagram on nothing here changes any more.
 */
#pragma once

#include "load/traffic/dissect.h"
#include "load/traffic/tuples.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replay_item {
	uint64_t at_ns;  /* since the first */
	uint64_t offset; /* of data */
	uint32_t bytes;
	uint32_t flow;
};

struct replay {
	struct replay_item *items; /* times ascend */
	size_t count, room;
	uint8_t *data;
	size_t bytes, data_room;
	uint32_t flows;       /* numbers that there are */
	bool unpaced;         /* each is due at once, whatever its time says */
	struct tuples tuples; /* until replay_settle */
};

/* One more, at a time of whatever clock. 0 or -ENOMEM. */
int replay_add(struct replay *r, uint64_t at_ns,
	const uint8_t tuple[DISSECT_TUPLE], const void *payload,
	uint32_t bytes);

/* No more come: by time, those of one time as they were added; times count from
 * the first. */
void replay_settle(struct replay *r);

/* Flow numbers below flows: modulo. */
void replay_fold(struct replay *r, uint32_t flows);

/* So many times as fast; speed is above 0. */
void replay_speed_up(struct replay *r, double speed);

/* Due at once. */
void replay_unpace(struct replay *r);

/* How many are due before a time since the first. */
size_t replay_due(const struct replay *r, uint64_t at_ns);

/* From the first to the last. */
uint64_t replay_duration_ns(const struct replay *r);

/* Zeroed state is legal. */
void replay_fini(struct replay *r);
