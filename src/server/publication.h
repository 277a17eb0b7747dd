/* SPDX-License-Identifier: MIT */
/*
 * The server's counter segment: created before the workers start, and recreated
 * if somebody deletes it while they run. All by the thread that calls
 * publication_tick(), except that each worker moves its own counters.
 */
#pragma once

#include "export/writer.h"
#include "server/worker.h"

#include <stdbool.h>
#include <stdint.h>

struct publication {
	struct writer *writer;
	uint32_t workers;
	/* Returns a worker, or NULL after it has ended and stopped counting. */
	struct worker *(*worker)(void *arg, uint32_t index);
	void *worker_arg;
	void (*notice)(void *arg, const char *text); /* or NULL */
	void *notice_arg;

	bool moving, told, told_failure; /* internal */
	unsigned ticks;
};

/* The caller has set workers, worker and notice. 0, or -errno and one line in
 * why. */
int publication_open(struct publication *p, const struct writer_config *config,
	char *why, size_t why_bytes);

/* Call some times a second; checks the file once in so many ticks. */
void publication_tick(struct publication *p, unsigned ticks_per_look);

/* For worker_config.move, with the publication as its argument. */
int publication_move(void *publication, uint32_t number);

/* After all workers have ended. Zeroed state is legal. */
void publication_close(struct publication *p);
