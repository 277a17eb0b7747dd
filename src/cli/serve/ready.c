/* SPDX-License-Identifier: MIT */
#include "cli/serve/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device or a pipe would be replaced instead of written to. */
static bool is_no_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int open_fresh(struct serve_ready *r)
{
	int fd;

	if (asprintf(&r->fresh, "%s.%d.new", r->path, (int)getpid()) < 0) {
		r->fresh = NULL;
		return -ENOMEM;
	}
	fd = open(r->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	r->file = fdopen(fd, "w");
	if (r->file)
		return 0;
	close(fd);
	unlink(r->fresh);
	return -ENOMEM;
}

int serve_ready_init(struct serve_ready *r, const char *path, int fd, char *why,
	size_t why_bytes)
{
	int error;

	*r = (struct serve_ready){.path = path, .fd = fd < 0 ? 0 : fd};
	if (!path)
		return 0;
	if (!*path) {
		snprintf(why, why_bytes,
			"--ready-file: no file is named; give a path");
		return -EINVAL;
	}
	if (is_no_file(path)) {
		snprintf(why, why_bytes,
			"--ready-file: %s is not a regular file; name a new "
			"file, or use --ready-fd for an open descriptor",
			path);
		return -EEXIST;
	}
	error = open_fresh(r);
	if (!error && unlink(path) && errno != ENOENT)
		error = -errno;
	if (!error)
		return 0;
	snprintf(why, why_bytes,
		"--ready-file: %s: %s; name a file in a directory that you can "
		"write to",
		path, strerror(-error));
	serve_ready_fini(r);
	return error;
}

static int write_to(const struct serve_ready *r, FILE *out,
	const struct socket_obtained *at, uint32_t count)
{
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < count; i++)
		fprintf(out, "%s\n", address_format(&at[i].bound, text));
	if (r->last)
		fprintf(out, "%s\n", r->last);
	/* The flush knows the reason of either failure. */
	if (fflush(out)) {
		int error = -errno;

		fclose(out);
		return error;
	}
	return fclose(out) ? -errno : 0;
}

static int say_by_file(
	struct serve_ready *r, const struct socket_obtained *at, uint32_t count)
{
	int error = write_to(r, r->file, at, count);

	r->file = NULL;
	if (!error && rename(r->fresh, r->path))
		error = -errno;
	if (error)
		unlink(r->fresh);
	return error;
}

static int say_by_fd(
	struct serve_ready *r, const struct socket_obtained *at, uint32_t count)
{
	FILE *out = fdopen(r->fd, "w");

	return out ? write_to(r, out, at, count) : -errno;
}

int serve_ready_say(struct serve_ready *r, const struct socket_obtained *at,
	uint32_t count, char *why, size_t why_bytes)
{
	int error = r->file ? say_by_file(r, at, count) : 0;

	if (error) {
		snprintf(why, why_bytes, "--ready-file: %s: %s", r->path,
			strerror(-error));
		return error;
	}
	if (r->fd)
		error = say_by_fd(r, at, count);
	if (error)
		snprintf(why, why_bytes, "--ready-fd: %d: %s", r->fd,
			strerror(-error));
	return error;
}

void serve_ready_fini(struct serve_ready *r)
{
	if (r->file) {
		fclose(r->file);
		unlink(r->fresh);
	}
	free(r->fresh);
	*r = (struct serve_ready){0};
}
