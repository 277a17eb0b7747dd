/* SPDX-License-Identifier: MIT */
/*
 * Network namespaces (network_namespaces(7)). A socket belongs to the namespace
 * that its thread was in when it was created, and so does an open file of
 * /proc/net: so enter, open, and leave.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An open namespace. Zeroed: none. */
struct netns {
	int fd;
	bool open;
	uint64_t inode; /* identifies the namespace */
};

/*
 * Opens a namespace by its name in `ip netns`. 0, or -errno and a sentence in
 * why: -EINVAL not a valid name, -ENOENT no namespace of that name.
 */
int netns_open(struct netns *n, const char *name, char *why, size_t why_bytes);

/* Opens the namespace of a process. 0; -EACCES or -EPERM if this process may
 * not see it, -ENOENT if there is no such process, or another -errno. */
int netns_open_pid(struct netns *n, pid_t pid);

/* Opens this thread's namespace. 0 or -errno. */
int netns_open_own(struct netns *n);

/* Zeroed state is legal. */
void netns_close(struct netns *n);

/*
 * Moves this thread there, and sets back to where it was. 0; or -errno, with
 * the thread where it was and back closed: -EPERM without CAP_SYS_ADMIN.
 */
int netns_enter(const struct netns *there, struct netns *back);

/* Moves this thread back and closes back. After -errno the thread is in the
 * wrong namespace, and must not go on. */
int netns_leave(struct netns *back);

/* The inode of this thread's namespace; 0: unknown. */
uint64_t netns_own(void);
