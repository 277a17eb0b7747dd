/* SPDX-License-Identifier: MIT */
/*
 * Network namespaces (network_namespaces(7)). A socket belongs to the one that
 * its thread was in when it was made, and so does an open file of /proc/net:
 * one enters, opens, and leaves.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Held open. Zeroed: none. */
struct netns {
	int fd;
	bool open;
	uint64_t inode; /* tells one from another */
};

/*
 * By the name that `ip netns` knows it by. 0, or -errno and a sentence in why:
 * -EINVAL no name of a namespace, -ENOENT none of that name.
 */
int netns_open(struct netns *n, const char *name, char *why, size_t why_bytes);

/* The one that a process is in: -EACCES or -EPERM where that is not ours to
 * see, -ENOENT without such a process. */
int netns_open_pid(struct netns *n, pid_t pid);

/* Zeroed state is legal. */
void netns_close(struct netns *n);

/*
 * This thread goes there, and back is where it was. 0, or -errno with the
 * thread where it was and back closed: -EPERM without CAP_SYS_ADMIN.
 */
int netns_enter(const struct netns *there, struct netns *back);

/* Closes back. A thread that cannot return is in the wrong place for all that
 * follows: -errno is the end of what it was meant to do. */
int netns_leave(struct netns *back);

/* Of the namespace that this thread is in; 0 where it cannot be told. */
uint64_t netns_own(void);
