/* SPDX-License-Identifier: MIT */
/*
 * The counter segment: a file, by default in /dev/shm, that a server writes
 * and anybody may read while it runs. It describes itself: a reader takes
 * names, units and places from the segment and not from its own build.
 *
 *   header      struct segment_header, at 0
 *   config      JSON text of every effective option, NUL-terminated
 *   endpoints   endpoint_count x SEGMENT_ENDPOINT bytes: "127.0.0.1:1060"
 *   descriptors counter_count x struct segment_counter
 *   workers     worker_count x worker_stride bytes, 64-aligned: one 64-bit
 *               value per counter, at the index of its descriptor
 *
 * Numbers are of the host's byte order. The server holds an exclusive flock(2)
 * on the file for as long as it lives: a segment that can be locked is stale.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SEGMENT_MAGIC    "udpmill"
#define SEGMENT_LAYOUT   1
#define SEGMENT_DIR      "/dev/shm"
#define SEGMENT_PREFIX   "udpmill." /* then the pid */
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

/*
 * For reading, where it is a regular file; links are followed. Anything else
 * is not opened, since to open a device may start what it does. Returns its
 * descriptor, -EPROTO for another kind of file, or what stat or open says.
 */
int segment_open(const char *path);

/* Does a live server hold this file? The lock that tries it lasts a moment;
 * whoever wants to lock a stale file has to reckon with it. */
bool segment_is_held(int fd);
