/* SPDX-License-Identifier: MIT */
/*
 * The counter segment: a file, by default in /dev/shm, that a server writes and
 * anybody may read while it runs. It is self-describing: a reader takes names,
 * units and positions from the segment and not from its own build. It gets its
 * name only when it is complete and locked.
 *
 *   header      struct segment_header, at 0
 *   config      JSON text of every effective option, NUL-terminated
 *   endpoints   endpoint_count x SEGMENT_ENDPOINT bytes: "127.0.0.1:1060"
 *   descriptors counter_count x struct segment_counter
 *   workers     worker_count x worker_stride bytes, on pages of their own: one
 *               64-bit value per counter, at the index of its descriptor
 *
 * Numbers have host byte order. The server holds an exclusive flock(2) on the
 * file while it runs: a segment that can be locked is stale.
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
	_Atomic uint32_t ready; /* 1 when complete: stored last, with release */
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
	char name[40]; /* [a-z][a-z0-9_]*, unique */
	char unit[16];
	char help[192];
	uint32_t kind; /* enum counter_kind */
	uint32_t reserved;
};

/* Is it a segment's name in the registry? Sets *pid from it; pid may be
 * NULL. */
bool segment_name(const char *name, int32_t *pid);

/* Are files of this owner trusted without proof? Root's and this user's are. */
bool segment_trusts(uid_t owner);

/*
 * Open a file for reading. It is found by O_PATH, checked, and only then
 * opened: opening a device, a pipe or a socket could have side effects. All
 * return a descriptor and fill in st; or -EPROTO if it is no regular file or
 * too short for a header, or the kernel's -errno.
 */

/* For a file that the user has named: follows links. */
int segment_open(const char *path, struct stat *st);

/*
 * For a file in a folder that anybody may write to: follows one link, and only
 * if root or this user made it and its target belongs to the same user or to
 * root; else -EPERM.
 */
int segment_open_at(int folder, const char *name, struct stat *st);

/* The same, but returns the O_PATH descriptor without opening the file. */
int segment_find(int folder, const char *name, struct stat *st);

/* Does the file begin with a segment's magic? */
bool segment_is(int fd);

/* Does a live server hold this file? Checks by locking it for a moment, which
 * somebody who wants to lock a stale file must expect. */
bool segment_is_held(int fd);
