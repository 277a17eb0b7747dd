/* SPDX-License-Identifier: MIT */
#include "net/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/run/netns/"
#define OWN    "/proc/thread-self/ns/net"

static int open_path(struct netns *n, const char *path)
{
	struct stat st;
	int error;

	*n = (struct netns){.fd = open(path, O_RDONLY | O_CLOEXEC)};
	if (n->fd < 0)
		return -errno;
	n->open = true;
	if (fstat(n->fd, &st)) {
		error = -errno;
		netns_close(n);
		return error;
	}
	n->inode = st.st_ino;
	return 0;
}

static bool is_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

int netns_open(struct netns *n, const char *name, char *why, size_t why_bytes)
{
	char path[sizeof(FOLDER) + NAME_MAX];
	int error;

	*n = (struct netns){0};
	if (!is_name(name) || strlen(name) > NAME_MAX) {
		snprintf(why, why_bytes,
			"\"%s\" is not the name of a namespace; \"ip netns "
			"list\" prints their names",
			name);
		return -EINVAL;
	}
	snprintf(path, sizeof(path), FOLDER "%s", name);
	error = open_path(n, path);
	if (error == -ENOENT)
		snprintf(why, why_bytes,
			"there is no namespace \"%s\"; \"ip netns list\" "
			"prints their names",
			name);
	else if (error)
		snprintf(why, why_bytes, "%s: %s", path, strerror(-error));
	return error;
}

int netns_open_pid(struct netns *n, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return open_path(n, path);
}

int netns_open_own(struct netns *n)
{
	return open_path(n, OWN);
}

void netns_close(struct netns *n)
{
	if (n->open)
		close(n->fd);
	*n = (struct netns){0};
}

int netns_enter(const struct netns *there, struct netns *back)
{
	int error = open_path(back, OWN);

	if (error)
		return error;
	if (setns(there->fd, CLONE_NEWNET) == 0)
		return 0;
	error = -errno;
	netns_close(back);
	return error;
}

int netns_leave(struct netns *back)
{
	int error = setns(back->fd, CLONE_NEWNET) ? -errno : 0;

	netns_close(back);
	return error;
}

uint64_t netns_own(void)
{
	struct stat st;

	return stat(OWN, &st) == 0 ? st.st_ino : 0;
}
