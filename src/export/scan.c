/* SPDX-License-Identifier: MIT */
#include "export/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More servers than a host has; and the most files of untrusted users to look
 * at. */
#define TRUSTED_MAX 4096
#define FOREIGN_MAX 4096
#define USER_MAX    64

/* May the file be added: is it new and within the limits? */
static bool has_room(
	struct scan *s, const struct scan_file *f, enum scan_what what)
{
	size_t of_user = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct scan_file *other = &s->files[i];

		if (what == SCAN_FILES && other->inode == f->inode &&
			other->device == f->device)
			return false;
		of_user += other->owner == f->owner;
	}
	if (f->trusted ? s->trusted < TRUSTED_MAX
		       : of_user < USER_MAX &&
				 s->count - s->trusted < FOREIGN_MAX)
		return true;
	s->passed_over++;
	return false;
}

static int add(struct scan *s, const struct scan_file *f, enum scan_what what)
{
	struct scan_file *grown;

	if (!has_room(s, f, what))
		return 0;
	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 64;

		grown = reallocarray(s->files, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		s->files = grown;
		s->room = room;
	}
	s->files[s->count++] = *f;
	s->trusted += f->trusted;
	return 0;
}

/* Looks at the target of a link, if it is to be followed. */
static int look_behind(struct scan *s, const char *name, struct stat *st)
{
	int fd;

	if (!segment_trusts(st->st_uid))
		return -EPERM;
	fd = segment_find(s->folder, name, st);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int look(
	struct scan *s, const char *name, enum scan_what what, int32_t pid)
{
	struct scan_file f = {0};
	struct stat st;
	int error = 0;

	if (!segment_name(name, &f.pid) || (pid && f.pid != pid))
		return 0;
	if (fstatat(s->folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0; /* it has just vanished */
	if (S_ISLNK(st.st_mode))
		error = look_behind(s, name, &st);
	if (error == -EMFILE || error == -ENFILE || error == -ENOMEM)
		return error;
	if (error || !S_ISREG(st.st_mode))
		return 0;
	strcpy(f.name, name); /* segment_name() has checked its length */
	f.device = st.st_dev;
	f.inode = st.st_ino;
	f.owner = st.st_uid;
	f.trusted = segment_trusts(st.st_uid);
	return add(s, &f, what);
}

static int look_at_all(
	struct scan *s, DIR *dir, enum scan_what what, int32_t pid)
{
	for (;;) {
		struct dirent *entry;
		int error;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		error = look(s, entry->d_name, what, pid);
		if (error)
			return error;
	}
}

int scan_open(
	struct scan *s, const char *folder, enum scan_what what, int32_t pid)
{
	int again, error;
	DIR *dir;

	*s = (struct scan){.folder = -1};
	s->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0)
		return errno == ENOENT ? 0 : -errno;
	again = fcntl(s->folder, F_DUPFD_CLOEXEC, 0);
	dir = again < 0 ? NULL : fdopendir(again);
	if (!dir) {
		error = -errno;
		if (again >= 0)
			close(again);
		return error;
	}
	error = look_at_all(s, dir, what, pid);
	closedir(dir);
	return error;
}

void scan_close(struct scan *s)
{
	if (s->folder >= 0)
		close(s->folder);
	free(s->files);
	*s = (struct scan){.folder = -1};
}
