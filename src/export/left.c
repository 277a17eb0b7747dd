/* SPDX-License-Identifier: MIT */
#include "export/left.h"

#include "export/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Old versions left an empty file when they were killed early. */
static bool is_empty(int folder, const char *name, const struct stat *st)
{
	struct stat here;

	return fstatat(folder, name, &here, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(here.st_mode) && here.st_ino == st->st_ino &&
	       here.st_size == 0 && here.st_uid == geteuid();
}

/* Opens the file that a server wrote under this name. -ENOENT if there is none,
 * whatever else may have the name. */
static int open_own(int folder, const char *name)
{
	struct segment_header h;
	struct stat st = {0};
	int32_t pid;
	int fd;

	if (!segment_name(name, &pid))
		return -ENOENT;
	fd = segment_open_at(folder, name, &st);
	if (fd == -EPROTO && is_empty(folder, name, &st)) {
		fd = openat(folder, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		return fd < 0 ? -ENOENT : fd;
	}
	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return fd;
	if (fd < 0 || (st.st_uid != geteuid() && geteuid() != 0))
		goto not_own;
	if (pread(fd, &h, sizeof(h), 0) == sizeof(h) && h.pid == pid &&
		memcmp(h.magic, SEGMENT_MAGIC, sizeof(h.magic)) == 0)
		return fd;
not_own:
	if (fd >= 0)
		close(fd);
	return -ENOENT;
}

static int add(struct left_list *list, const struct scan_file *f)
{
	struct left_name *grown;

	grown = reallocarray(
		list->names, list->count + 1, sizeof(*list->names));
	if (!grown)
		return -ENOMEM;
	list->names = grown;
	grown += list->count++;
	memcpy(grown->name, f->name, sizeof(grown->name));
	grown->pid = f->pid;
	return 0;
}

static int look(struct left_list *list, int folder, const struct scan_file *f)
{
	int fd = open_own(folder, f->name);
	bool held;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	held = segment_is_held(fd);
	close(fd);
	return held ? 0 : add(list, f);
}

static int by_number(const void *a, const void *b)
{
	const struct left_name *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return strcmp(x->name, y->name);
}

int left_list_open(struct left_list *list, const char *registry)
{
	struct scan s;
	int error = scan_open(&s, registry, SCAN_NAMES, 0);

	*list = (struct left_list){.passed_over = s.passed_over};
	for (size_t i = 0; !error && i < s.count; i++)
		error = look(list, s.folder, &s.files[i]);
	scan_close(&s);
	if (error)
		left_list_close(list);
	if (list->count)
		qsort(list->names, list->count, sizeof(*list->names),
			by_number);
	return error;
}

void left_list_close(struct left_list *list)
{
	free(list->names);
	*list = (struct left_list){0};
}

/* Under the lock, which anybody who replaces a stale segment must hold, so that
 * the name still refers to this file when it is removed. */
static int remove_locked(int folder, int fd, const char *name)
{
	struct stat here, there;
	int found;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return -EBUSY;
	found = segment_find(folder, name, &there);
	if (found < 0)
		return -EBUSY;
	close(found);
	if (fstat(fd, &here) || here.st_dev != there.st_dev ||
		here.st_ino != there.st_ino)
		return -EBUSY;
	return unlinkat(folder, name, 0) ? -errno : 0;
}

int left_remove(const char *registry, const char *name)
{
	int folder = open(registry, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd, error;

	if (folder < 0)
		return -errno;
	fd = open_own(folder, name);
	error = fd;
	if (fd >= 0) {
		error = remove_locked(folder, fd, name);
		close(fd);
	}
	close(folder);
	return error;
}
