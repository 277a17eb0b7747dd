/* SPDX-License-Identifier: MIT */
/*
 * What a server publishes: its counter segment, made before the workers start,
 * and made again where somebody deletes it while they run. All by the thread
 * that ticks, but that each worker moves its own counters.
 */
#pragma once

#include "export/writer.h"
#include "server/worker.h"

#include <stdbool.h>
#include <stdint.h>

struct publication {
	struct writer *writer;
	uint32_t workers;
	/* One of them; or NULL, once it has ended and counts no more. */
	struct worker *(*worker)(void *arg, uint32_t index);
	void *worker_arg;
	void (*notice)(void *arg, const char *text); /* or NULL */
	void *notice_arg;

	bool moving, told, told_failure; /* its own */
	unsigned ticks;
};

/* All but writer is set before. 0, or -errno and one line in why. */
int publication_open(struct publication *p, const struct writer_config *config,
	char *why, size_t why_bytes);

/* Some times a second; looks once in so many ticks. */
void publication_tick(struct publication *p, unsigned ticks_per_look);

/* worker_config.move, with the publication. */
int publication_move(void *publication, uint32_t number);

/* Zeroed state is legal. No worker runs any more. */
void publication_close(struct publication *p);
