/* SPDX-License-Identifier: MIT */
/*
 * What servers that were killed have left in the registry: their segments, or
 * links to their segments, under the names of their pids. Anything else there
 * is not known to be theirs, and is no matter of this.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct left_list {
	int32_t *pids;
	size_t count;
};

/* 0 or -errno, and then the list is empty. */
int left_list_open(struct left_list *list);
void left_list_close(struct left_list *list); /* zeroed state is legal */

/*
 * Takes away what the server of that pid has left: the segment, or the link,
 * but not what the link leads to. 0; -EBUSY where a server lives, or may; or
 * another -errno, -ENOENT where there is nothing of its own.
 */
int left_remove(int32_t pid);
