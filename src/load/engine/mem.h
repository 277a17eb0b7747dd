/* SPDX-License-Identifier: MIT */
/*
 * mem: the engine that asks no kernel. It records the messages that it is
 * given, and hands back what its script says, so that the generator's loop and
 * its modes can be tested alone. Faults are part of the script.
 */
#pragma once

#include "load/engine/engine.h"

/* Arrivals that wait to be taken; what comes on top is dropped, and counted. */
#define MEM_ARRIVALS 4096

/* The test's own; it may change it while the engine is in use. */
struct mem_script {
	/* Called with each message: 0, or the errno with which it is refused.
	 * NULL: all are taken. */
	int (*sent)(void *arg, const struct engine_message *m);
	void *arg;
	bool echo;   /* what is taken comes back, message by message */
	bool sleeps; /* receives that bring nothing take their time */
	int recv_error, wait_error; /* an errno; 0: none */
	/* Told by the next reports(), and then no more. */
	struct engine_reports reports;
	/* Counted by the engine. */
	uint64_t sends, messages, receives, dropped;
	uint64_t waited_ns; /* what the receives that brought nothing may have
			     * waited */
	uint32_t sockets;   /* that are in it */
};

extern const struct engine_ops engine_mem;

/* So many bytes come for the owner of the link. segment 0: a lone datagram. */
void mem_arrive(struct engine *e, void *link, const void *data, uint32_t bytes,
	uint32_t segment);
