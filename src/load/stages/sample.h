/* SPDX-License-Identifier: MIT */
/*
 * One round trip and the stamps that were taken of it, split into the stages
 * that lie between them. Those of the first row follow one another, so that
 * they add up to the round trip; the others are parts of STAGE_PEER.
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
	STAGES_OF_ALL, /* the number of those before */
	/* Until the server took it, and from there back. */
	STAGE_REQUEST = STAGES_OF_ALL,
	STAGE_REPLY,
	/* Between the device's two stamps, and the rest: driver to device and
	 * back. Its clock is not ours, so that no more can be told apart. */
	STAGE_OUTSIDE,
	STAGE_INSIDE,
	STAGES,
};

/* Nanoseconds of CLOCK_REALTIME, and 0 for what is not known. */
struct sample {
	uint64_t asked;    /* our clock, before sendmsg */
	uint64_t sched;    /* the first, where several devices have one */
	uint64_t sent;     /* the last, likewise */
	uint64_t received; /* the reply */
	uint64_t returned; /* our clock, after recvmsg */
	uint64_t server;   /* the server's clock, which is ours */
	/* By the device's clock. */
	uint64_t device_sent, device_received;
};

enum sample_verdict {
	SAMPLE_WHOLE,
	SAMPLE_MISSING,  /* a stamp did not come */
	SAMPLE_NEGATIVE, /* a stage ended before it began */
};

/* A stamp of the datagram that was sent. */
void sample_add(struct sample *s, const struct stamp *stamp);

enum sample_verdict sample_judge(const struct sample *s);

/* Records a whole one, the parts of STAGE_PEER as far as they are known. */
void sample_record(const struct sample *s, struct histogram stages[STAGES]);
