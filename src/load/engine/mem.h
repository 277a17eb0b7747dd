/* SPDX-License-Identifier: MIT */
/*
 * mem: an engine without a kernel, for tests. It records the messages that it
 * is given and delivers what its script says, so that the generator's loop and
 * its modes can be tested alone. The script can also inject faults.
 */
#pragma once

#include "load/engine/engine.h"

/* The most arrivals that wait; any more are dropped and counted. */
#define MEM_ARRIVALS 4096

/* Owned by the test, which may change it while the engine is in use. */
struct mem_script {
	/* Called with each message. Returns 0, or the errno to refuse it with.
	 * NULL: all are taken. */
	int (*sent)(void *arg, const struct engine_message *m);
	void *arg;
	bool echo;   /* each message taken comes back as an arrival */
	bool turns;  /* it comes back only once a receive has to wait, as from
			a peer on the same CPU */
	bool sleeps; /* a receive that brings nothing really sleeps */
	int recv_error, wait_error; /* an errno; 0: none */
	/* Returned once, by the next reports(). */
	struct engine_reports reports;
	/* Counted by the engine. */
	uint64_t sends, messages, receives, dropped;
	uint64_t waited_ns; /* sum of the timeouts of the receives that brought
			       nothing */
	uint32_t sockets;   /* now added */
};

extern const struct engine_ops engine_mem;

/* Makes bytes at data arrive at the link's socket. segment 0: a lone
 * datagram. */
void mem_arrive(struct engine *e, void *link, const void *data, uint32_t bytes,
	uint32_t segment);
