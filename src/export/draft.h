/* SPDX-License-Identifier: MIT */
/*
 * A file that gets its name only when it is complete: nobody can find a part of
 * it, and a process that is killed half-way leaves nothing.
 */
#pragma once

#include <stddef.h>

/* Zeroed: none. */
struct draft {
	char *name; /* a temporary name, if one is needed; or NULL */
	int fd;     /* holds the lock */
};

/*
 * Creates a file of bytes in the folder of path: locked, and readable by
 * everybody whatever the umask is. If the file system has no unnamed files
 * (O_TMPFILE), the file has a hidden name until it is published, which a
 * process that is killed before leaves behind. 0 or -errno; call draft_close in
 * either case.
 */
int draft_open(struct draft *d, const char *path, size_t bytes);

/* Gives the file its name, without replacing an existing file: 0, -EEXIST, or
 * another -errno. */
int draft_publish(struct draft *d, const char *path);

/* Releases the lock. A published file stays. */
void draft_close(struct draft *d);
