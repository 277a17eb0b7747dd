/* SPDX-License-Identifier: MIT */
#include "export/left.h"

#include "core/units.h"
#include "export/reader.h"
#include "export/segment.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The segment that this pid's server wrote, open; -ENOENT where there is no
 * such one, whatever else may have the name. */
static int open_own(int32_t pid, char path[READER_PATH])
{
	struct segment_header h;
	int fd = segment_open(reader_path_of_pid(pid, path));

	if (fd < 0)
		return -ENOENT;
	if (pread(fd, &h, sizeof(h), 0) == sizeof(h) && h.pid == pid &&
		memcmp(h.magic, SEGMENT_MAGIC, sizeof(h.magic)) == 0)
		return fd;
	close(fd);
	return -ENOENT;
}

static bool is_left(int32_t pid)
{
	char path[READER_PATH];
	int fd = open_own(pid, path);
	bool held;

	if (fd < 0)
		return false;
	held = segment_is_held(fd);
	close(fd);
	return !held;
}

static int add(struct left_list *list, const char *name)
{
	size_t prefix = strlen(SEGMENT_PREFIX);
	int32_t *grown;
	uint64_t pid;

	if (strncmp(name, SEGMENT_PREFIX, prefix) != 0 ||
		units_parse_count(&pid, name + prefix, 1, INT32_MAX) ||
		!is_left((int32_t)pid))
		return 0;
	grown = reallocarray(list->pids, list->count + 1, sizeof(*list->pids));
	if (!grown)
		return -ENOMEM;
	list->pids = grown;
	list->pids[list->count++] = (int32_t)pid;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

int left_list_open(struct left_list *list)
{
	DIR *dir = opendir(SEGMENT_DIR);
	struct dirent *entry;
	int error = 0;

	*list = (struct left_list){0};
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!error && (entry = readdir(dir)))
		error = add(list, entry->d_name);
	closedir(dir);
	if (error)
		left_list_close(list);
	if (list->count)
		qsort(list->pids, list->count, sizeof(*list->pids), by_number);
	return error;
}

void left_list_close(struct left_list *list)
{
	free(list->pids);
	*list = (struct left_list){0};
}

/* Whoever replaces a stale segment holds its lock: so the name is still this
 * file's when it goes. */
static int remove_locked(int fd, const char *path)
{
	struct stat here, there;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return -EBUSY;
	if (fstat(fd, &here) || stat(path, &there) ||
		here.st_dev != there.st_dev || here.st_ino != there.st_ino)
		return -EBUSY;
	return unlink(path) ? -errno : 0;
}

int left_remove(int32_t pid)
{
	char path[READER_PATH];
	int fd = open_own(pid, path);
	int error;

	if (fd < 0)
		return fd;
	error = remove_locked(fd, path);
	close(fd);
	return error;
}
