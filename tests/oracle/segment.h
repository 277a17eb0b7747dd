/* SPDX-License-Identifier: MIT */
/*
 * Counter segments made by hand and without the writer, as another build would
 * write them, and a judge of what a reader says of any segment. What fails
 * here but cannot be a reader's fault aborts.
 */
#pragma once

#include "export/reader.h"
#include "export/segment.h"

#define SEGMENT_IMAGE 8192

struct segment_image {
	size_t bytes;
	union {
		struct segment_header header;
		_Alignas(64) uint8_t data[SEGMENT_IMAGE];
	};
};

/* What is 0 or NULL is as it is in segment_usual. */
struct segment_plan {
	const struct segment_counter *counters;
	uint32_t counter_count;
	uint32_t counter_stride, worker_stride;
	uint32_t workers;
	const char *const *endpoints; /* ended by NULL */
	uint64_t started_ns;
	int32_t pid;
};

#define SEGMENT_USUAL_COUNTERS 3
extern const struct segment_plan segment_usual;

/* Sound and ready, of the usual plan where plan is NULL. */
void segment_make(struct segment_image *image, const struct segment_plan *plan);

/* The value of a counter in a made segment: another for each worker and name,
 * wherever the counter stands. */
uint64_t segment_value(uint32_t worker, const char *name);

struct segment_endpoint {
	char text[SEGMENT_ENDPOINT];
};

/* Into the image; index as in its plan. */
struct segment_endpoint *segment_endpoint(
	struct segment_image *image, uint32_t index);
struct segment_counter *segment_counter(
	struct segment_image *image, uint32_t index);

/*
 * A new file with these bytes: of that path, or without a name where path is
 * NULL. Returns its descriptor. Until segment_hold, a reader takes it for
 * left over; while the descriptor lives after it, for a live server's.
 */
int segment_put(const char *path, const void *data, size_t bytes);
void segment_hold(int fd);

/* Where a file without a name can be opened by one. */
#define SEGMENT_PATH 32
const char *segment_path(int fd, char path[SEGMENT_PATH]);

/*
 * Asks the reader for all there is, a snapshot included, which must succeed.
 * NULL where each answer is one that callers may rely on; else what is not.
 */
const char *segment_fault(struct reader *r);
