/* SPDX-License-Identifier: MIT */
/* A registry with segments that no server wrote, for top's tests. */
#pragma once

#include "cli/top/watchlist.h"

struct made {
	uint32_t worker_offset, worker_stride; /* in its file */
	char path[64];
	int fd; /* holds the lock, as a server does */
};

/* Zeroed but for the folder. Ends the test if it fails. */
void made_open(struct watchlist *l);

/* Closes the list, too. */
void made_close(struct watchlist *l);

/* The file of a server with this pid: one that runs, and started after all
 * those before it. Its counters are 0. endpoint may be NULL. */
void made_put(struct made *m, int pid, const char *endpoint, uint32_t workers);

void made_set(
	struct made *m, uint32_t worker, const char *counter, uint64_t value);

/* The server is killed; or has removed its file, too. */
void made_kill(struct made *m);
void made_end(struct made *m);
