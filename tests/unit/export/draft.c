/* SPDX-License-Identifier: MIT */
/* A file that gets its name only when it is complete, even on a file system
 * without unnamed files. */
#include "export/draft.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/udpmill-draft.XXXXXX";
static char path[64]; /* in the folder */
static struct draft draft;
static bool no_tmpfile, no_links;

int __real_open64(const char *name, int flags, ...);
int __wrap_open64(const char *name, int flags, ...);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

int __wrap_open64(const char *name, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
	va_end(more);
	if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return __real_open64(name, flags, mode);
}

int __wrap_link(const char *from, const char *to)
{
	if (no_links) {
		errno = EPERM;
		return -1;
	}
	return __real_link(from, to);
}

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
}

static void tear_down(void)
{
	draft_close(&draft);
	remove(path);
	rmdir(folder);
}

TestSuite(draft, .init = set_up, .fini = tear_down);

static size_t names(void)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	cr_assert(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void check_published(void)
{
	struct stat st;
	int fd;

	cr_assert(draft_publish(&draft, path) == 0);
	cr_assert(names() == 1);
	cr_assert(stat(path, &st) == 0);
	cr_assert(st.st_mode == (S_IFREG | 0644));
	cr_assert(st.st_size == 5000);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(fd >= 0);
	cr_assert(flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK);
	draft_close(&draft);
	cr_assert(flock(fd, LOCK_SH | LOCK_NB) == 0);
	close(fd);
	cr_assert(names() == 1);
}

static void check_kept(void)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	cr_assert(fd >= 0);
	close(fd);
	cr_assert(draft_publish(&draft, path) == -EEXIST);
	cr_assert(unlink(path) == 0);
}

Test(draft, is_a_file_without_a_name)
{
	cr_assert(draft_open(&draft, path, 5000) == 0);
	cr_assert(names() == 0 || draft.name);
	check_kept();
	check_published();
}

Test(draft, has_a_hidden_name_if_one_is_necessary)
{
	no_tmpfile = true;
	cr_assert(draft_open(&draft, path, 5000) == 0);
	cr_assert(draft.name && names() == 1);
	check_kept();
	check_published();
}

Test(draft, is_renamed_if_links_are_not_supported)
{
	no_tmpfile = no_links = true;
	cr_assert(draft_open(&draft, path, 5000) == 0);
	check_kept();
	check_published();
}

Test(draft, closed_leaves_nothing)
{
	for (int i = 0; i < 2; i++) {
		no_tmpfile = i;
		cr_assert(draft_open(&draft, path, 5000) == 0);
		draft_close(&draft);
		cr_assert(names() == 0);
	}
	draft_close(&draft);
}

Test(draft, of_a_name_alone_is_in_the_current_folder)
{
	cr_assert(chdir(folder) == 0);
	cr_assert(draft_open(&draft, "file", 5000) == 0);
	cr_assert(draft_publish(&draft, "file") == 0);
	cr_assert(access(path, F_OK) == 0);
}
