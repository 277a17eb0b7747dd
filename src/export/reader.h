/* SPDX-License-Identifier: MIT */
/*
 * A reader's side of counter segments. Nothing in a segment is believed before
 * it is checked: anybody may put a file into /dev/shm. The file is read with
 * pread(2), never mapped, so that one cut short cannot kill the reader.
 */
#pragma once

#include "core/address.h"
#include "core/counters.h"
#include "export/reader_about.h"

#include <stdbool.h>
#include <sys/types.h>

struct reader;

/*
 * Of a file that the user has named, whoever owns it. 0, or -errno and a
 * sentence in why: -ENOENT no file, -ESRCH a stale segment of a server that is
 * gone, -EAGAIN not ready yet, -EPROTO another layout or no segment.
 */
int reader_open(
	struct reader **out, const char *path, char *why, size_t why_bytes);

/* NULL is legal. */
void reader_close(struct reader *r);

/* Strings and endpoints live until reader_close. */
const struct reader_about *reader_about(const struct reader *r);

/* Opens again the segment of a reader that came from a list, of which only
 * reader_about has been known. As reader_open. */
int reader_resume(struct reader *r, char *why, size_t why_bytes);

/* index < counter_count. From the segment, not from this build. */
const struct counter_description *reader_counter(
	const struct reader *r, uint32_t index);

/* Index of the counter of that name, or -ENOENT: another build's server need
 * not have it. */
int reader_index(const struct reader *r, const char *name);

/*
 * All workers' values as of now, worker_count x counter_count. values has
 * that much room. A server whose segment was deleted makes it again, and is
 * followed there. 0 or -errno; -ESRCH when the server has gone (values are then
 * its last).
 */
int reader_snapshot(struct reader *r, uint64_t *values);

/* Sum of one counter over the workers of a snapshot. */
uint64_t reader_sum(
	const struct reader *r, const uint64_t *values, uint32_t index);

/*
 * The live segments of a registry, each once, from the oldest to the newest. A
 * segment is believed if root or this user owns it, or if each address that it
 * claims is in this thread's network namespace and the file's owner is, by the
 * kernel's word, who has bound a socket there. Others are doubtful: of them
 * nothing is to be believed, and their options are not read.
 *
 * No descriptor stays open: reader_resume opens one again.
 */
struct reader_list {
	struct reader **readers;
	size_t count;
	struct reader **doubtful;
	size_t doubtful_count;
	uint64_t unreadable;  /* believed, and may not be read */
	uint64_t passed_over; /* too many to be looked at */
};

/* 0 or -errno, and then the list is empty; what does not open because there is
 * no memory or no descriptor left is such an error. */
int reader_list_open(struct reader_list *list);

/* Of another folder; pid 0 is for all. */
int reader_list_open_in(
	struct reader_list *list, const char *registry, int32_t pid);

void reader_list_close(struct reader_list *list); /* zeroed state is legal */

/*
 * Does this server, as far as its endpoints tell, serve a datagram sent to a?
 * Wildcard endpoints serve every address of their family (and IPv4 where dual
 * stack, which [::] is); the ports must be equal.
 */
bool reader_serves(const struct reader *r, const union address *a);
