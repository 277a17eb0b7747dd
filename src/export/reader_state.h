/* SPDX-License-Identifier: MIT */
/* A reader from within: for its own file, and for the list, which reads only a
 * part of each segment and keeps none of them open. */
#pragma once

#include "core/counters.h"
#include "export/reader_about.h"
#include "export/segment.h"

struct reader {
	int fd;           /* -1: at rest */
	bool in_registry; /* opened by the rules for what anybody may put there
			   */
	uid_t owner;
	struct segment_header header;
	struct reader_about about;
	char *path, *config;
	union address *endpoints;
	struct segment_counter *texts;
	struct counter_description *counters;
};

enum reader_part { READER_ENDPOINTS, READER_CONFIG, READER_COUNTERS };
#define READER_PARTS 3

/* Its header, which is checked; nothing else is known yet. */
int reader_begin(struct reader **out, const char *path, bool in_registry,
	char *why, size_t why_bytes);

/* One more part of it, once each; reader_about tells all that was read. */
int reader_read(
	struct reader *r, enum reader_part part, char *why, size_t why_bytes);

/* Closes its descriptor: until reader_resume. */
void reader_rest(struct reader *r);
