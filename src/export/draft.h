/* SPDX-License-Identifier: MIT */
/*
 * A file that is complete before it has a name: whoever finds it finds all of
 * it, and a process that is killed half-way leaves nothing.
 */
#pragma once

#include <stddef.h>

/* Zeroed: none. */
struct draft {
	char *name; /* of its own meanwhile, where there must be one; or NULL */
	int fd;     /* holds the lock */
};

/*
 * Makes a file with so much room in the folder that path is in: locked, and
 * readable by everybody whatever the umask is. Where the file system knows no
 * files without a name (O_TMPFILE), it has a hidden one until it is published,
 * and a process that is killed before leaves it. 0 or -errno; draft_close is
 * due in either case.
 */
int draft_open(struct draft *d, const char *path, size_t bytes);

/* Gives it its name, and replaces nothing: 0, -EEXIST, or another -errno. */
int draft_publish(struct draft *d, const char *path);

/* Lets the lock go. A name that was published stays. */
void draft_close(struct draft *d);
