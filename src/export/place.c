/* SPDX-License-Identifier: MIT */
#include "export/place.h"

#include "export/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A tenth of a second in all, until a lock is taken for one that stays. */
#define TRIES      100
#define BETWEEN_NS 1000000

static char *own_name(void)
{
	char *name;

	return asprintf(&name, "%s/%s%d", SEGMENT_DIR, SEGMENT_PREFIX,
		       (int)getpid()) < 0
		       ? NULL
		       : name;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is it this very file, and no link to it, that has this name? */
static bool has_name(int fd, const char *name)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && lstat(name, &there) == 0 &&
	       same(&here, &there);
}

static bool leads_to(const char *name, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && stat(name, &there) == 0 &&
	       same(&here, &there);
}

static bool is_segment(int fd)
{
	char magic[8];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       memcmp(magic, SEGMENT_MAGIC, sizeof(magic)) == 0;
}

/* Readers that look whether it is stale hold it too, for a moment each. */
static int lock_stale(int fd)
{
	const struct timespec between = {.tv_nsec = BETWEEN_NS};

	for (int i = 0; i < TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		nanosleep(&between, NULL);
	}
	return -EEXIST;
}

static int take_away(const char *name)
{
	return unlink(name) && errno != ENOENT ? -errno : 0;
}

/* Under the lock, so that of two that find one stale file the second does not
 * take away what the first has put in its place. */
static int clear_file(const char *name)
{
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int error = -EEXIST;

	if (fd < 0)
		return errno == ENOENT ? 0 : -EEXIST;
	if (is_segment(fd))
		error = lock_stale(fd);
	if (!error && has_name(fd, name))
		error = take_away(name);
	close(fd);
	return error;
}

/* A link in the registry goes unless it leads to a live server. What it leads
 * to stays: it may be anybody's. */
static int clear_link(const char *name)
{
	int fd = segment_open(name);
	bool live;

	switch (fd) {
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
	case -EPROTO:
		return take_away(name);
	}
	if (fd < 0)
		return -EEXIST;
	live = is_segment(fd) && segment_is_held(fd);
	close(fd);
	return live ? -EEXIST : take_away(name);
}

/* Nothing is at this name after 0; -EEXIST where something is kept. */
static int clear(const char *name, bool registry)
{
	struct stat st;

	if (lstat(name, &st))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISREG(st.st_mode))
		return clear_file(name);
	if (S_ISLNK(st.st_mode) && registry)
		return clear_link(name);
	return -EEXIST;
}

int place_init(struct place *p, const char *path, size_t bytes)
{
	int error;

	*p = (struct place){.fd = -1};
	p->path = path ? strdup(path) : own_name();
	if (!p->path)
		return -ENOMEM;
	error = clear(p->path, !path);
	if (error)
		return error;
	p->fd = open(p->path,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	/* Nobody else locks what has nothing in it yet. */
	if (p->fd < 0 || flock(p->fd, LOCK_EX | LOCK_NB))
		return -errno;
	/* Not ftruncate: where there is no room this fails, and does not kill
	 * the server by a signal when it counts for the first time. */
	return -posix_fallocate(p->fd, 0, (off_t)bytes);
}

const char *place_kept(const char *name)
{
	int fd = segment_open(name);
	bool ours = fd >= 0 && is_segment(fd);

	if (fd >= 0)
		close(fd);
	return ours ? "exists, and a server that runs writes to it; another "
		      "file would be right"
		    : "exists, and is no counter segment; the name of a new "
		      "file would be right";
}

int place_register(struct place *p)
{
	char *name = own_name();
	int error;

	if (!name)
		return -ENOMEM;
	if (has_name(p->fd, name)) {
		free(name);
		return 0;
	}
	p->link = name;
	p->target = realpath(p->path, NULL);
	if (!p->target)
		return -errno;
	/* Left by a killed server that had the same pid and path. */
	error = leads_to(name, p->fd) ? take_away(name) : clear(name, true);
	if (!error && symlink(p->target, name))
		error = -errno;
	return error;
}

static bool is_linked(const struct place *p)
{
	char text[PATH_MAX];
	ssize_t n = p->target ? readlink(p->link, text, sizeof(text)) : -1;

	return n >= 0 && (size_t)n == strlen(p->target) &&
	       memcmp(text, p->target, (size_t)n) == 0;
}

void place_fini(struct place *p)
{
	if (p->link && is_linked(p))
		unlink(p->link);
	if (p->path && p->fd >= 0) {
		if (has_name(p->fd, p->path))
			unlink(p->path);
		close(p->fd);
	}
	free(p->link);
	free(p->target);
	free(p->path);
	*p = (struct place){0};
}
