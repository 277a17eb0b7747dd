/* SPDX-License-Identifier: MIT */
/*
 * Reads counter segments. Nothing in a segment is trusted before it is checked,
 * since anybody may put a file into /dev/shm. The file is read with pread(2)
 * and never mapped, so that truncating it cannot kill the reader.
 */
#pragma once

#include "core/address.h"
#include "core/counters.h"
#include "export/reader_about.h"

#include <stdbool.h>
#include <sys/types.h>

struct reader;

/*
 * Opens a file that the user has named, whoever owns it. 0, or -errno and a
 * sentence in why: -ENOENT no file, -ESRCH a stale segment of a server that is
 * gone, -EAGAIN not ready yet, -EPROTO another layout or no segment.
 */
int reader_open(
	struct reader **out, const char *path, char *why, size_t why_bytes);

/* NULL is legal. */
void reader_close(struct reader *r);

/* Strings and endpoints are valid until reader_close. */
const struct reader_about *reader_about(const struct reader *r);

/* Opens the segment of a reader from a list again; until then only
 * reader_about() may be used. Returns as reader_open. */
int reader_resume(struct reader *r, char *why, size_t why_bytes);

/* The description of a counter, from the segment and not from this build. index
 * < counter_count. */
const struct counter_description *reader_counter(
	const struct reader *r, uint32_t index);

/* The index of the counter of that name; -ENOENT: a server of another build may
 * lack it. */
int reader_index(const struct reader *r, const char *name);

/*
 * Reads the current values: worker_count x counter_count of them; values has
 * that much room. If the segment was deleted and the server has recreated it,
 * goes on with the new file. 0 or -errno; -ESRCH: the server is gone, and
 * values are its last.
 */
int reader_snapshot(struct reader *r, uint64_t *values);

/* The sum of a counter over all workers of a snapshot. */
uint64_t reader_sum(
	const struct reader *r, const uint64_t *values, uint32_t index);

/*
 * The live segments of a registry, each once, from the oldest to the newest. A
 * segment is trusted if root or this user owns it, or if its server is in this
 * thread's network namespace and, according to the kernel, the file's owner has
 * bound a socket to each address that it claims. Others are doubtful: they must
 * not be trusted, and their options are not read.
 *
 * No descriptor stays open: reader_resume() opens one again.
 */
struct reader_list {
	struct reader **readers;
	size_t count;
	struct reader **doubtful;
	size_t doubtful_count;
	uint64_t unreadable;  /* trusted, but this user may not read them */
	uint64_t passed_over; /* not looked at, since there are too many */
};

/* 0; or -errno, and the list is empty. Lack of memory or descriptors is an
 * error, and does not merely shorten the list. */
int reader_list_open(struct reader_list *list);

/* The same for another folder; pid 0: all servers. */
int reader_list_open_in(
	struct reader_list *list, const char *registry, int32_t pid);

void reader_list_close(struct reader_list *list); /* zeroed state is legal */

/*
 * Does this server, by its endpoints, receive a datagram sent to a? A wildcard
 * endpoint receives every address of its family ([::] also IPv4); ports must be
 * equal.
 */
bool reader_serves(const struct reader *r, const union address *a);
