/* SPDX-License-Identifier: MIT */
#include "cli/args/named_file.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a pipe may be quiet, and how long reading all of it may take. */
#define QUIET_MS 2000
#define WHOLE_NS 10000000000u

/* 1: there is something to read; 0: the end was reached; or -errno. A pipe that
 * nobody has opened for writing yet is not at its end. */
static int wait_for(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n = poll(&p, 1, QUIET_MS);

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	if (n == 0)
		return -ETIMEDOUT;
	return p.revents & POLLIN || !(p.revents & POLLHUP);
}

ssize_t named_file_fill(int fd, char *out, size_t room)
{
	uint64_t end_ns = clock_ns() + WHOLE_NS;
	size_t bytes = 0;

	while (bytes < room) {
		int more = wait_for(fd);
		ssize_t n;

		if (more <= 0)
			return more < 0 ? more : (ssize_t)bytes;
		n = read(fd, out + bytes, room - bytes);
		if (n == 0)
			return (ssize_t)bytes;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			bytes += (size_t)n;
		if (clock_ns() > end_ns)
			return -ETIMEDOUT;
	}
	return (ssize_t)bytes;
}

int named_file_read(char **out, size_t *bytes, const char *path, size_t most,
	char *why, size_t why_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = -errno;
	char *text;

	if (fd < 0) {
		snprintf(why, why_bytes, "%s", strerror(errno));
		return (int)n;
	}
	text = malloc(most + 2);
	n = text ? named_file_fill(fd, text, most + 1) : -ENOMEM;
	close(fd);
	if (n >= 0 && (size_t)n <= most) {
		text[n] = '\0';
		*out = text;
		*bytes = (size_t)n;
		return 0;
	}
	free(text);
	if (n == -ETIMEDOUT)
		snprintf(why, why_bytes, NAMED_FILE_ENDLESS);
	else if (n < 0)
		snprintf(why, why_bytes, "%s", strerror((int)-n));
	else
		snprintf(why, why_bytes, "it holds more than %zu bytes", most);
	return n < 0 ? (int)n : -EFBIG;
}

int named_file_check(const char *path, char *why, size_t why_bytes)
{
	struct stat s;
	int error = stat(path, &s) ? -errno : 0;

	if (!error && S_ISDIR(s.st_mode))
		error = -EISDIR;
	if (error) {
		snprintf(why, why_bytes, "%s", strerror(-error));
		return error;
	}
	if (S_ISREG(s.st_mode))
		return 0;
	snprintf(why, why_bytes,
		"it is a pipe or a device, which may never end; name a regular "
		"file");
	return -EINVAL;
}
