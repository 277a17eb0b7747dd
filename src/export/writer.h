/* SPDX-License-Identifier: MIT */
/* The server's side of a counter segment: made before the workers start,
 * closed after they have ended. */
#pragma once

#include "core/address.h"
#include "core/counters.h"

struct writer;

struct writer_config {
	/* NULL: SEGMENT_DIR/SEGMENT_PREFIX<pid>; "none": memory only, which no
	 * one else sees. Any other file is also linked from the default place
	 * (a symbolic link), because that is the registry of servers. */
	const char *path;
	const char *version, *service, *backend;
	const char *config; /* JSON text */
	const union address *endpoints;
	uint32_t endpoint_count;
	uint32_t workers;
};

/* 0, or -errno and a sentence in why. A stale file of the same name is
 * replaced, a live one is -EEXIST, another kind of file is -EEXIST too. So it
 * is in the registry; there a link to no live server is replaced as well. */
int writer_open(struct writer **out, const struct writer_config *config,
	char *why, size_t why_bytes);

/* Valid until writer_close. index < workers. */
struct counters *writer_worker(struct writer *w, uint32_t index);

/* The file, or NULL where there is none. */
const char *writer_path(const struct writer *w);

/* From here on a reader takes the segment for valid. */
void writer_ready(struct writer *w);

/* Removes the file, and its link, where they are still its own. NULL is legal.
 */
void writer_close(struct writer *w);
