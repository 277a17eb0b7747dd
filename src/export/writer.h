/* SPDX-License-Identifier: MIT */
/* The server's side of a counter segment: made before the workers start,
 * closed after they have ended. */
#pragma once

#include "core/address.h"
#include "core/counters.h"

#include <stdbool.h>

struct writer;

struct writer_config {
	/* NULL: in the registry, by the pid; "none": memory only, which no one
	 * else sees. Any other file is also linked from the registry (a
	 * symbolic link), so that it is found. */
	const char *path;
	const char *registry; /* a folder; NULL: SEGMENT_DIR */
	const char *version, *service, *backend;
	const char *config; /* JSON text */
	const union address *endpoints;
	uint32_t endpoint_count;
	uint32_t workers;
};

/*
 * 0, or -errno and a sentence in why. A stale file of the same name is
 * replaced; at a path that was asked for, a live one and another kind of file
 * are -EEXIST, and in the registry another name is found. A link that cannot be
 * made is no failure: writer_unlisted() says why it is not there.
 */
int writer_open(struct writer **out, const struct writer_config *config,
	char *why, size_t why_bytes);

/* -errno of the link that the registry does not have; 0. */
int writer_unlisted(const struct writer *w);

/* Valid until writer_close. index < workers. */
struct counters *writer_worker(struct writer *w, uint32_t index);

/* The file, or NULL where there is none. */
const char *writer_path(const struct writer *w);

/* From here on a reader takes the segment for valid. */
void writer_ready(struct writer *w);

/* Has the file been deleted? A link alone is made again at once. */
bool writer_lost(struct writer *w);

/*
 * A file that was deleted (at the end of a session, logind deletes all that its
 * user has in /dev/shm) is made again, and not one count is lost: writer_renew
 * makes a new one; then each worker's thread moves its own counters there, so
 * that nobody counts meanwhile; and when all have, writer_renewed gives it its
 * name. After a failure writer_renew begins anew; what has moved counts where
 * it is.
 */
int writer_renew(struct writer *w);

/* By the thread that counts there, or when none does. Pointers to the counters
 * stay valid. 0 or -errno. */
int writer_move(struct writer *w, uint32_t index);
int writer_renewed(struct writer *w);

/* Removes the file, and its link, where they are still its own. NULL is legal.
 */
void writer_close(struct writer *w);
