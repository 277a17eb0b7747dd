/* SPDX-License-Identifier: MIT */
/*
 * The place of a server's segment: its file, the lock that shows that the
 * server is running, and its name in the registry. A killed server's leftovers
 * are replaced; a live server's file, or a file that is no segment, is kept. In
 * the registry, where anybody may have taken a name, another name is used then.
 */
#pragma once

#include "export/draft.h"

#include <stdbool.h>

/* Zeroed: none. */
struct place {
	struct draft file;
	char *registry; /* the folder */
	char *path;     /* where it is, or will be, published */
	bool asked;     /* the caller asked for this path */
	bool published;
	char *link; /* a link in the registry; NULL: path is in the registry */
	char *target; /* of the link */
};

/*
 * Creates a locked file of bytes, without a name yet. path NULL: in the
 * registry. 0 or -errno; call place_fini in either case.
 */
int place_init(
	struct place *p, const char *registry, const char *path, size_t bytes);

/* Gives the file its name, once its content is complete. 0 or -errno: -EEXIST
 * if the path asked for has something that is kept. */
int place_publish(struct place *p);

/* A clause on why the file of this name is kept, and what to do. */
const char *place_kept(const char *name);

/* Links the file from the registry, if it is not there itself. 0 or -errno. */
int place_register(struct place *p);

/* Has somebody deleted the file, or the link: does the name lead elsewhere? */
bool place_lost(const struct place *p);
bool place_link_lost(const struct place *p);

/* Hands over from's link to to; both have the same path. */
void place_take_link(struct place *to, struct place *from);

/* Removes what still belongs to this server, and releases the lock. */
void place_fini(struct place *p);
