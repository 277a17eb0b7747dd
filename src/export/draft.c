/* SPDX-License-Identifier: MIT */
#include "export/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Other users' monitors may read counters, too. */
#define MODE 0644

/* The folder part of path, with the slash; "" if there is none. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, slash ? (size_t)(slash + 1 - path) : 0);
}

static int open_nameless(const char *folder)
{
	int fd;

	/* Needed to give an unnamed file its name. */
	if (access("/proc/self/fd", X_OK))
		return -EOPNOTSUPP;
	fd = open(*folder ? folder : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int open_named(struct draft *d, const char *folder)
{
	int fd;

	if (asprintf(&d->name, "%s.udpmill.XXXXXX", folder) < 0) {
		d->name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(d->name, O_CLOEXEC);
	if (fd >= 0)
		return fd;
	fd = -errno;
	free(d->name);
	d->name = NULL;
	return fd;
}

/* Not ftruncate: if there is no room, this fails now, instead of killing the
 * server by a signal at its first count. */
static int prepare(int fd, size_t bytes)
{
	if (flock(fd, LOCK_EX | LOCK_NB) || fchmod(fd, MODE))
		return -errno;
	return -posix_fallocate(fd, 0, (off_t)bytes);
}

int draft_open(struct draft *d, const char *path, size_t bytes)
{
	char *folder = folder_of(path);

	*d = (struct draft){.fd = -1};
	if (!folder)
		return -ENOMEM;
	d->fd = open_nameless(folder);
	/* EISDIR: the kernel does not know O_TMPFILE. */
	if (d->fd == -EOPNOTSUPP || d->fd == -EISDIR)
		d->fd = open_named(d, folder);
	free(folder);
	return d->fd < 0 ? d->fd : prepare(d->fd, bytes);
}

static void forget_name(struct draft *d)
{
	free(d->name);
	d->name = NULL;
}

/* For file systems without hard links: rename. */
static int publish_named(struct draft *d, const char *path)
{
	if (link(d->name, path) == 0) {
		unlink(d->name);
		forget_name(d);
		return 0;
	}
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	if (renameat2(AT_FDCWD, d->name, AT_FDCWD, path, RENAME_NOREPLACE))
		return -errno;
	forget_name(d);
	return 0;
}

int draft_publish(struct draft *d, const char *path)
{
	char self[32];

	if (d->name)
		return publish_named(d, path);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", d->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW)
		       ? -errno
		       : 0;
}

void draft_close(struct draft *d)
{
	if (d->name)
		unlink(d->name);
	forget_name(d);
	if (d->fd > 0)
		close(d->fd);
	*d = (struct draft){0};
}
