/* SPDX-License-Identifier: MIT */
/*
 * What servers that were killed have left in the registry: their segments, or
 * links to their segments. Only what this user may be expected to take away is
 * looked at: one's own, and for root everybody's. Anything else there is not
 * known to be a server's, and is no matter of this.
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
	uint64_t passed_over; /* too many to be looked at */
};

/* 0 or -errno, and then the list is empty. registry is a folder. */
int left_list_open(struct left_list *list, const char *registry);
void left_list_close(struct left_list *list); /* zeroed state is legal */

/*
 * Takes away what a server has left by that name: the segment, or the link, but
 * not what the link leads to. 0; -EBUSY where a server lives, or may; or
 * another -errno, -ENOENT where there is nothing of a server's.
 */
int left_remove(const char *registry, const char *name);
