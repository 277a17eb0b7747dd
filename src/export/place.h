/* SPDX-License-Identifier: MIT */
/*
 * Where a server's segment lies: its file, the lock on it that says that the
 * server lives, and its name in the registry. What a killed server has left
 * at either place is replaced; what a live one holds, or what is no segment,
 * is kept.
 */
#pragma once

#include <stddef.h>

/* Zeroed: nowhere. */
struct place {
	char *path;
	char *link;   /* in the registry; NULL: path is there itself */
	char *target; /* of the link */
	int fd;       /* holds the lock */
};

/*
 * Makes a file with so much room and locks it; path NULL is its own place in
 * the registry. 0 or -errno: -EEXIST where something is kept. After an error
 * place_fini is due as well.
 */
int place_init(struct place *p, const char *path, size_t bytes);

/* Why something is kept at this name, and what would be right. */
const char *place_kept(const char *name);

/* Links the file from the registry, where it is not there itself: once what it
 * has in it is complete. As place_init. */
int place_register(struct place *p);

/* Takes away what is still this server's, and lets the lock go. */
void place_fini(struct place *p);
