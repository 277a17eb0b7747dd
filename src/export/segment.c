/* SPDX-License-Identifier: MIT */
#include "export/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Reads a number up to most, without leading zeros. Returns what follows, or
 * NULL. */
static const char *take_number(const char *at, uint32_t most, uint32_t *out)
{
	uint64_t n = 0;

	if (*at < '1' || *at > '9')
		return NULL;
	for (; *at >= '0' && *at <= '9'; at++) {
		n = n * 10 + (uint64_t)(*at - '0');
		if (n > most)
			return NULL;
	}
	*out = (uint32_t)n;
	return at;
}

bool segment_name(const char *name, int32_t *pid)
{
	size_t prefix = strlen(SEGMENT_PREFIX);
	uint32_t number, more;
	const char *rest;

	if (strncmp(name, SEGMENT_PREFIX, prefix) != 0)
		return false;
	rest = take_number(name + prefix, INT32_MAX, &number);
	if (rest && *rest == '.')
		rest = take_number(rest + 1, UINT32_MAX, &more);
	if (!rest || *rest)
		return false;
	if (pid)
		*pid = (int32_t)number;
	return true;
}

/* In a user namespace all unmapped users look like this one. */
#define UNMAPPED 65534

static bool all_mapped(void)
{
	FILE *f = fopen("/proc/self/uid_map", "re");
	unsigned first, outside, count;
	bool all;

	if (!f)
		return false;
	all = fscanf(f, "%u %u %u", &first, &outside, &count) == 3 &&
	      count == UINT32_MAX;
	fclose(f);
	return all;
}

bool segment_trusts(uid_t owner)
{
	if (owner == UNMAPPED && !all_mapped())
		return false;
	return owner == 0 || owner == geteuid();
}

static int find(int folder, const char *name, int flags, struct stat *st)
{
	int fd = openat(folder, name, O_PATH | O_CLOEXEC | flags);
	int error;

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* Closes link. Does not follow a target that is itself a link. */
static int find_target(int folder, int link, struct stat *st)
{
	char target[PATH_MAX];
	uid_t owner = st->st_uid;
	ssize_t n = -1;
	int fd, error = -EPERM;

	if (segment_trusts(owner)) {
		n = readlinkat(link, "", target, sizeof(target));
		if (n < 0)
			error = -errno;
	}
	close(link);
	if (n < 0)
		return error;
	if (n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	fd = find(folder, target, O_NOFOLLOW, st);
	if (fd < 0 || st->st_uid == owner || st->st_uid == 0)
		return fd;
	close(fd);
	return -EPERM;
}

int segment_find(int folder, const char *name, struct stat *st)
{
	int fd = find(folder, name, O_NOFOLLOW, st);

	if (fd >= 0 && S_ISLNK(st->st_mode))
		fd = find_target(folder, fd, st);
	if (fd < 0 || S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return -EPROTO;
}

/* Opens the file that was found for reading, whatever has its name by now. */
static int open_found(int found, const struct stat *st)
{
	char path[32];
	int fd = -EPROTO;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	if (S_ISREG(st->st_mode) &&
		st->st_size >= (off_t)sizeof(struct segment_header)) {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	close(found);
	return fd;
}

int segment_open(const char *path, struct stat *st)
{
	int found = find(AT_FDCWD, path, 0, st);

	return found < 0 ? found : open_found(found, st);
}

int segment_open_at(int folder, const char *name, struct stat *st)
{
	int found = segment_find(folder, name, st);

	return found < 0 ? found : open_found(found, st);
}

bool segment_is(int fd)
{
	char magic[8];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       memcmp(magic, SEGMENT_MAGIC, sizeof(magic)) == 0;
}

bool segment_is_held(int fd)
{
	if (flock(fd, LOCK_SH | LOCK_NB))
		return true;
	flock(fd, LOCK_UN);
	return false;
}
