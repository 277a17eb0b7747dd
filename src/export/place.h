/* SPDX-License-Identifier: MIT */
/*
 * Where a server's segment lies: its file, the lock on it that says that the
 * server lives, and its name in the registry. What a killed server has left
 * at either place is replaced; what a live one holds, or what is no segment,
 * is kept. In the registry, where anybody may have taken a name, another name
 * is found then.
 */
#pragma once

#include "export/draft.h"

#include <stdbool.h>

/* Zeroed: nowhere. */
struct place {
	struct draft file;
	char *registry; /* the folder */
	char *path;     /* once it is published there, or is to be */
	bool asked;     /* for this path, and not for any in the registry */
	bool published;
	char *link;   /* in the registry; NULL: path is there itself */
	char *target; /* of the link */
};

/*
 * Makes a locked file with so much room, which has no name yet: path NULL is
 * for one in the registry. 0 or -errno; place_fini is due in either case.
 */
int place_init(
	struct place *p, const char *registry, const char *path, size_t bytes);

/* Gives the file its name, once what it has in it is complete. 0 or -errno:
 * -EEXIST where something is kept at the path that was asked for. */
int place_publish(struct place *p);

/* Why something is kept at this name, and what would be right. */
const char *place_kept(const char *name);

/* Links the file from the registry, where it is not there itself. 0 or -errno.
 */
int place_register(struct place *p);

/* Does its name lead to another file, or nowhere? Somebody deleted it then. */
bool place_lost(const struct place *p);
bool place_link_lost(const struct place *p);

/* The link that leads to from's path, which is to's as well, is to's now. */
void place_take_link(struct place *to, struct place *from);

/* Takes away what is still this server's, and lets the lock go. */
void place_fini(struct place *p);
