/* SPDX-License-Identifier: MIT */
/* Writes a server's counter segment: opened before the workers start, closed
 * after they have ended. */
#pragma once

#include "core/address.h"
#include "core/counters.h"

#include <stdbool.h>

struct writer;

struct writer_config {
	/* NULL: a file in the registry, named by the pid; "none": memory only,
	 * which nobody else can see. Any other file also gets a symbolic link
	 * in the registry, so that it can be found. */
	const char *path;
	const char *registry; /* a folder; NULL: SEGMENT_DIR */
	const char *version, *service, *backend;
	const char *config; /* JSON text */
	const union address *endpoints;
	uint32_t endpoint_count;
	uint32_t workers;
};

/*
 * 0, or -errno and a sentence in why. A stale segment of the same name is
 * replaced. A live segment or another kind of file is -EEXIST at a given path;
 * in the registry another name is used. If the link cannot be made, that is no
 * failure: writer_unlisted() says why.
 */
int writer_open(struct writer **out, const struct writer_config *config,
	char *why, size_t why_bytes);

/* 0, or the -errno with which linking from the registry failed. */
int writer_unlisted(const struct writer *w);

/* A worker's counters, valid until writer_close. index < workers. */
struct counters *writer_worker(struct writer *w, uint32_t index);

/* The file's path; NULL: memory only. */
const char *writer_path(const struct writer *w);

/* Marks the segment as ready: from now on readers accept it. */
void writer_ready(struct writer *w);

/* Has the file been deleted? If only the link was, it is recreated at once. */
bool writer_lost(struct writer *w);

/*
 * Recreates a deleted file without losing a count. (At the end of a session
 * logind deletes all of a user's files in /dev/shm.) writer_renew() makes a new
 * file; then each worker's thread calls writer_move() for its own counters,
 * while it counts nothing; after all have, writer_renewed() gives the file its
 * name. After a failure, begin again with writer_renew(); counters already
 * moved stay where they are. 0 or -errno.
 */
int writer_renew(struct writer *w);

/* By the worker's own thread, or while it does not run. Pointers to the
 * counters stay valid. 0 or -errno. */
int writer_move(struct writer *w, uint32_t index);
int writer_renewed(struct writer *w);

/* Removes the file and its link, if they are still its own. NULL is legal. */
void writer_close(struct writer *w);
