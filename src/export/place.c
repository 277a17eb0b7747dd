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
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How many milliseconds to wait for a lock before its holder counts as a live
 * server; fewer in the registry, where another name can be used. */
#define TRIES          100
#define REGISTRY_TRIES 10
#define BETWEEN_NS     1000000

/* Tries with random names, which nobody can have guessed. */
#define NAMES 16

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Does the name belong to this very file, and not to a link? */
static bool has_name(int fd, const char *name)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && lstat(name, &there) == 0 &&
	       same(&here, &there);
}

/* Readers that check whether the file is stale also hold its lock, for a
 * moment. */
static int lock_stale(int fd, int tries)
{
	const struct timespec between = {.tv_nsec = BETWEEN_NS};

	for (int i = 0; i < tries; i++) {
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

/* Only root removes other users' leftovers. Old versions left an empty file
 * when they were killed early. */
static bool is_left(int fd, bool registry)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (registry && st.st_uid != geteuid() && geteuid() != 0)
		return false;
	return segment_is(fd) ||
	       (registry && st.st_size == 0 && st.st_uid == geteuid());
}

/* Under the lock, so that of two servers that find a stale file the second does
 * not remove what the first has put there. */
static int clear_file(const char *name, bool registry)
{
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int error = -EEXIST;

	if (fd < 0)
		return errno == ENOENT ? 0 : -EEXIST;
	if (is_left(fd, registry))
		error = lock_stale(fd, registry ? REGISTRY_TRIES : TRIES);
	if (!error && has_name(fd, name))
		error = take_away(name);
	close(fd);
	return error;
}

/* Removes a link of this user in the registry, unless it leads to another live
 * server. Its target stays: it may be anybody's. */
static int clear_link(const struct place *p, const char *name)
{
	struct stat st, own;
	bool live;
	int fd;

	fd = segment_open_at(AT_FDCWD, name, &st);
	switch (fd) {
	case -ENOENT:
	case -ENOTDIR:
	case -EPERM:
	case -EPROTO:
		return take_away(name);
	}
	if (fd < 0)
		return -EEXIST;
	live = segment_is(fd) && segment_is_held(fd) &&
	       (fstat(p->file.fd, &own) || !same(&st, &own));
	close(fd);
	return live ? -EEXIST : take_away(name);
}

/* 0: the name is free now; -EEXIST: something is kept there. */
static int clear(const struct place *p, const char *name, bool registry)
{
	struct stat st;

	if (lstat(name, &st))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISREG(st.st_mode))
		return clear_file(name, registry);
	if (S_ISLNK(st.st_mode) && registry && st.st_uid == geteuid())
		return clear_link(p, name);
	return -EEXIST;
}

typedef int put_fn(struct place *p, const char *name);

static int put_file(struct place *p, const char *name)
{
	return draft_publish(&p->file, name);
}

static int put_link(struct place *p, const char *name)
{
	return symlink(p->target, name) ? -errno : 0;
}

static int put(struct place *p, const char *name, put_fn *how, bool registry)
{
	int error = how(p, name);

	if (error == -EEXIST)
		error = clear(p, name, registry);
	else
		return error;
	return error ? error : how(p, name);
}

/* number 0: the plain name. */
static char *name_in(const char *registry, uint32_t number)
{
	char more[16] = "", *name;

	if (number)
		snprintf(more, sizeof(more), ".%u", number);
	if (asprintf(&name, "%s/%s%d%s", registry, SEGMENT_PREFIX,
		    (int)getpid(), more) < 0)
		return NULL;
	return name;
}

/* Uses the name with the pid; if somebody has taken it, one that nobody could
 * predict. */
static int put_in_registry(struct place *p, char **out, put_fn *how)
{
	uint32_t number = 0;
	int error = 0;

	for (int i = 0; i < NAMES; i++) {
		char *name = name_in(p->registry, number);

		if (!name)
			return -ENOMEM;
		error = put(p, name, how, true);
		if (!error) {
			free(*out);
			*out = name;
			return 0;
		}
		free(name);
		if (error != -EEXIST && error != -EPERM)
			return error;
		if (getrandom(&number, sizeof(number), 0) < 0)
			return -errno;
		number |= 1; /* 0 would mean the plain name */
	}
	return error;
}

int place_init(
	struct place *p, const char *registry, const char *path, size_t bytes)
{
	*p = (struct place){.asked = path};
	p->registry = strdup(registry);
	p->path = path ? strdup(path) : name_in(registry, 0);
	if (!p->registry || !p->path)
		return -ENOMEM;
	return draft_open(&p->file, p->path, bytes);
}

int place_publish(struct place *p)
{
	int error = p->asked ? put(p, p->path, put_file, false)
			     : put_in_registry(p, &p->path, put_file);

	p->published = !error;
	return error;
}

const char *place_kept(const char *name)
{
	struct stat st;
	int fd = segment_open(name, &st);
	bool ours = fd >= 0 && segment_is(fd);

	if (fd >= 0)
		close(fd);
	return ours ? "exists, and a running server writes to it; use another "
		      "file"
		    : "exists, and is not a counter segment; use the name of a "
		      "new file";
}

int place_register(struct place *p)
{
	char *name;
	bool there;

	if (!p->asked)
		return 0;
	name = name_in(p->registry, 0);
	if (!name)
		return -ENOMEM;
	there = has_name(p->file.fd, name);
	free(name);
	if (there)
		return 0;
	if (!p->target)
		p->target = realpath(p->path, NULL);
	return p->target ? put_in_registry(p, &p->link, put_link) : -errno;
}

static bool is_linked(const struct place *p)
{
	char text[PATH_MAX];
	ssize_t n = p->target ? readlink(p->link, text, sizeof(text)) : -1;

	return n >= 0 && (size_t)n == strlen(p->target) &&
	       memcmp(text, p->target, (size_t)n) == 0;
}

bool place_lost(const struct place *p)
{
	return p->published && !has_name(p->file.fd, p->path);
}

bool place_link_lost(const struct place *p)
{
	return p->link && !is_linked(p);
}

void place_take_link(struct place *to, struct place *from)
{
	to->link = from->link;
	to->target = from->target;
	from->link = from->target = NULL;
}

void place_fini(struct place *p)
{
	if (p->link && is_linked(p))
		unlink(p->link);
	if (p->published && has_name(p->file.fd, p->path))
		unlink(p->path);
	draft_close(&p->file);
	free(p->link);
	free(p->target);
	free(p->path);
	free(p->registry);
	*p = (struct place){0};
}
