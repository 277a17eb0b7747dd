/* SPDX-License-Identifier: MIT */
/*
 * A reader's side of counter segments. Nothing in a segment is believed before
 * it is checked: anybody may put a file into /dev/shm. The file is read with
 * pread(2), never mapped, so that one cut short cannot kill the reader.
 */
#pragma once

#include "core/address.h"
#include "core/counters.h"

struct reader;

struct reader_about {
	const char *path, *version, *service, *backend;
	const char *config; /* JSON text */
	int32_t pid;
	uint64_t started_ns; /* CLOCK_REALTIME */
	uint64_t netns;
	const union address *endpoints;
	uint32_t endpoint_count;
	uint32_t worker_count;
	uint32_t counter_count;
};

/*
 * 0, or -errno and a sentence in why: -ENOENT no file, -ESRCH a stale segment
 * of a server that is gone, -EAGAIN not ready yet, -EPROTO another layout or
 * no segment.
 */
int reader_open(
	struct reader **out, const char *path, char *why, size_t why_bytes);

/* Where the server of that pid exports its counters, or links to them. */
#define READER_PATH 64
const char *reader_path_of_pid(int32_t pid, char path[READER_PATH]);

/* NULL is legal. */
void reader_close(struct reader *r);

/* Do both read one file, by whatever names? */
bool reader_same(const struct reader *a, const struct reader *b);

/* Strings and endpoints live until reader_close. */
const struct reader_about *reader_about(const struct reader *r);

/* index < counter_count. From the segment, not from this build. */
const struct counter_description *reader_counter(
	const struct reader *r, uint32_t index);

/* Index of the counter of that name, or -ENOENT: another build's server need
 * not have it. */
int reader_index(const struct reader *r, const char *name);

/*
 * All workers' values as of now, worker_count x counter_count. values has
 * that much room. 0 or -errno; -ESRCH when the server has gone (values are
 * then its last).
 */
int reader_snapshot(struct reader *r, uint64_t *values);

/* Sum of one counter over the workers of a snapshot. */
uint64_t reader_sum(
	const struct reader *r, const uint64_t *values, uint32_t index);

/* The live segments on this host, each once, from the oldest to the newest;
 * those that do not open are passed over. */
struct reader_list {
	struct reader **readers;
	size_t count;
};
int reader_list_open(struct reader_list *list);
void reader_list_close(struct reader_list *list); /* zeroed state is legal */

/*
 * Does this server, as far as its endpoints tell, serve a datagram sent to a?
 * Wildcard endpoints serve every address of their family (and IPv4 where dual
 * stack, which [::] is); the ports must be equal.
 */
bool reader_serves(const struct reader *r, const union address *a);
