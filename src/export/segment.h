/* SPDX-License-Identifier: MIT */
/*
 * The counter segment: a file, by default in /dev/shm, that a server writes
 * and anybody may read while it runs. It describes itself: a reader takes
 * names, units and places from the segment and not from its own build. It has
 * no name before it is complete and locked.
 *
 *   header      struct segment_header, at 0
 *   config      JSON text of every effective option, NUL-terminated
 *   endpoints   endpoint_count x SEGMENT_ENDPOINT bytes: "127.0.0.1:1060"
 *   descriptors counter_count x struct segment_counter
 *   workers     worker_count x worker_stride bytes, on pages of their own: one
 *               64-bit value per counter, at the index of its descriptor
 *
 * Numbers are of the host's byte order. The server holds an exclusive flock(2)
 * on the file for as long as it lives: a segment that can be locked is stale.
 */
#pragma once

#include "export/registry.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define SEGMENT_MAGIC    "udpmill"
#define SEGMENT_LAYOUT   1
#define SEGMENT_ENDPOINT 80

struct segment_header {
	char magic[8];
	uint32_t layout;
	_Atomic uint32_t ready; /* 1, stored last with release */
	uint64_t bytes;         /* of the whole file */
	uint64_t started_ns;    /* CLOCK_REALTIME */
	uint64_t netns;         /* inode of the server's network namespace */
	int32_t pid;
	uint32_t config_offset, config_bytes;
	uint32_t endpoint_offset, endpoint_count;
	uint32_t counter_offset, counter_count, counter_stride;
	uint32_t worker_offset, worker_count, worker_stride;
	char version[32];
	char service[16];
	char backend[16];
};

struct segment_counter {
	char name[40]; /* [a-z][a-z0-9_]*, no two alike */
	char unit[16];
	char help[192];
	uint32_t kind; /* enum counter_kind */
	uint32_t reserved;
};

/* Is it a name of the registry's? pid may be NULL. */
bool segment_name(const char *name, int32_t *pid);

/* Is what this user owns believed without proof? Root's is, and one's own. */
bool segment_trusts(uid_t owner);

/*
 * Opens a file for reading. It is found by O_PATH, looked at, and only then
 * opened: a device, a pipe or a socket is never opened, since that alone may
 * start or stop something. Both return a descriptor and fill st; or they return
 * -EPROTO where it is no regular file, or too short for a header, or what the
 * kernel says.
 */

/* One that the user has named, so links are followed. */
int segment_open(const char *path, struct stat *st);

/*
 * One that was found in a folder that anybody may write to: a link is followed
 * once, and only if root or this user made it and its target belongs to the
 * same user or to root; else -EPERM.
 */
int segment_open_at(int folder, const char *name, struct stat *st);

/* The same, but only finds it: the descriptor is O_PATH's. */
int segment_find(int folder, const char *name, struct stat *st);

/* Does the file have a segment's first bytes? */
bool segment_is(int fd);

/* Does a live server hold this file? The lock that tries it lasts a moment;
 * whoever wants to lock a stale file has to reckon with it. */
bool segment_is_held(int fd);
