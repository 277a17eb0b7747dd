/* SPDX-License-Identifier: MIT */
/*
 * The stamps of one round trip, and the stages between them. Those of the first
 * row follow one another and add up to the round trip; the others are parts of
 * STAGE_PEER.
 *
 *   asked --> sched --> sent -------------------> received --> returned
 *     TO_QDISC   TO_DRIVER          PEER             TO_APPLICATION
 *                           REQUEST | REPLY               (server's clock)
 *                           OUTSIDE + INSIDE              (device's clock)
 */
#pragma once

#include "core/histogram.h"
#include "load/stages/stamp.h"

enum stage {
	STAGE_TO_QDISC,
	STAGE_TO_DRIVER,
	STAGE_PEER,
	STAGE_TO_APPLICATION,
	STAGES_OF_ALL, /* how many stages add up to the round trip */
	/* To the moment when the server received it, and from there back. */
	STAGE_REQUEST = STAGES_OF_ALL,
	STAGE_REPLY,
	/* Between the device's two stamps; and the rest, between driver and
	 * device both ways. The device has its own clock, so that the two ways
	 * cannot be told apart. */
	STAGE_OUTSIDE,
	STAGE_INSIDE,
	STAGES,
};

/* Nanoseconds of CLOCK_REALTIME; 0: not known. */
struct sample {
	uint64_t asked;    /* our clock, before sendmsg */
	uint64_t sched;    /* the first one, if stacked devices take several */
	uint64_t sent;     /* the last one, likewise */
	uint64_t received; /* the reply */
	uint64_t returned; /* our clock, after recvmsg */
	uint64_t server;   /* by the server's clock, which is this host's */
	/* By the device's own clock. */
	uint64_t device_sent, device_received;
};

enum sample_verdict {
	SAMPLE_WHOLE,
	SAMPLE_MISSING,  /* a stamp did not come */
	SAMPLE_NEGATIVE, /* a stage ended before it began */
};

/* Adds a stamp of the sent datagram. */
void sample_add(struct sample *s, const struct stamp *stamp);

enum sample_verdict sample_judge(const struct sample *s);

/* Records the stages of a whole sample, and those parts of STAGE_PEER that are
 * known. */
void sample_record(const struct sample *s, struct histogram stages[STAGES]);
