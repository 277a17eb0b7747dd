/* SPDX-License-Identifier: MIT */
/*
 * The file by which a running "udpmill serve" exports its counters, for
 * programs that read it. See udpmill-counters(5) for what the counters mean.
 *
 *   at 0                  struct udpmill_header
 *   at config_offset      JSON text of the server's options, ended by a NUL;
 *                         config_bytes has it included
 *   at endpoint_offset    endpoint_count texts of UDPMILL_ENDPOINT bytes each:
 *                         the addresses served, such as "127.0.0.1:1060"
 *   at counter_offset     counter_count descriptions, counter_stride bytes
 *                         apart, each of which begins with a struct
 *                         udpmill_counter
 *   at worker_offset      worker_count tables, worker_stride bytes apart, each
 *                         of which begins with counter_count values of 64 bits,
 *                         in the order of the descriptions
 *
 * Numbers have the byte order of the host. Texts end with a NUL.
 *
 * How to read it:
 *
 * 1. Open the file and read the header. Use it only if magic and layout are
 *    UDPMILL_MAGIC and UDPMILL_LAYOUT, and ready is 1.
 * 2. Find counters by their names, never by a fixed position: another version
 *    may have more of them, or fewer. Use the strides of the header: what a
 *    later version appends to a description lies within them.
 * 3. Read values as often as you like, best with pread(2): a file that is
 *    truncated then cannot end the reader, as it could if it were mapped. The
 *    server stores each value at once, so none is ever torn, but not all
 *    together: of one batch, one counter may already have it, and the next one
 *    not yet. The difference of two reads can be off by what was in hand.
 * 4. The server holds a flock(2) on the file as long as it runs. If flock(fd,
 *    LOCK_SH | LOCK_NB) succeeds, the server is gone, and the values are its
 *    last ones. Unlock again.
 *
 * Anybody may write to the directory of these files. A program that picks one
 * by itself should trust only those that root or its own user owns.
 *
 * A change that would break such a reader raises UDPMILL_LAYOUT.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UDPMILL_MAGIC    "udpmill" /* with its NUL, all of magic */
#define UDPMILL_LAYOUT   1
#define UDPMILL_ENDPOINT 80

/* Where servers put it by default: UDPMILL_REGISTRY "/" UDPMILL_PREFIX and the
 * pid, then perhaps a dot and another number. */
#define UDPMILL_REGISTRY "/dev/shm"
#define UDPMILL_PREFIX   "udpmill."

struct udpmill_header {
	char magic[8];
	uint32_t layout;
	uint32_t ready;
	uint64_t bytes;      /* of the file */
	uint64_t started_ns; /* CLOCK_REALTIME */
	uint64_t netns;      /* inode of the server's network namespace */
	int32_t pid;
	uint32_t config_offset, config_bytes;
	uint32_t endpoint_offset, endpoint_count;
	uint32_t counter_offset, counter_count, counter_stride;
	uint32_t worker_offset, worker_count, worker_stride;
	char version[32];
	char service[16];
	char backend[16];
};

enum udpmill_kind {
	UDPMILL_COUNTER, /* only grows: add it up over the workers */
	UDPMILL_GAUGE    /* a current value of one worker */
};

struct udpmill_counter {
	char name[40]; /* lower-case letters, digits and underscores */
	char unit[16];
	char help[192];
	uint32_t kind; /* enum udpmill_kind */
	uint32_t reserved;
};

#ifdef __cplusplus
}
#endif
