/* SPDX-License-Identifier: MIT */
/*
 * Segments, and links to segments, that killed servers have left in the
 * registry. Only considers those that this user may remove: the user's own, or
 * for root everybody's. Anything else in the folder is not known to be a
 * server's, and is left alone.
 */
#pragma once

#include "export/registry.h"

#include <stddef.h>
#include <stdint.h>

struct left_name {
	char name[SEGMENT_NAME];
	int32_t pid;
};

struct left_list {
	struct left_name *names;
	size_t count;
	uint64_t passed_over; /* not looked at, since there are too many */
};

/* Lists what is left in registry, a folder. 0; or -errno, and the list is
 * empty. */
int left_list_open(struct left_list *list, const char *registry);
void left_list_close(struct left_list *list); /* zeroed state is legal */

/*
 * Removes what a server has left under that name: the segment, or the link but
 * not its target. 0; -EBUSY if the server is or may be running; -ENOENT if the
 * name is not a server's; or another -errno.
 */
int left_remove(const char *registry, const char *name);
