/* SPDX-License-Identifier: MIT */
/* The inside of a reader: for reader.c, and for list.c, which reads only parts
 * of each segment and keeps none open. */
#pragma once

#include "core/counters.h"
#include "export/reader_about.h"
#include "export/segment.h"

struct reader {
	int fd; /* -1: closed for now */
	/* Opened by the rules for a folder that anybody may write to. */
	bool in_registry;
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

/* Opens the segment, and reads and checks its header only. */
int reader_begin(struct reader **out, const char *path, bool in_registry,
	char *why, size_t why_bytes);

/* Reads one more part, each at most once; reader_about() has what was read. */
int reader_read(
	struct reader *r, enum reader_part part, char *why, size_t why_bytes);

/* Closes the descriptor until reader_resume(). */
void reader_rest(struct reader *r);
