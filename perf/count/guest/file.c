/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST 65536u

/* Reads on until the end. Files of /proc have no size. */
static int fill(int fd, size_t most, char **out, size_t *bytes)
{
	size_t room = FIRST < most ? FIRST : most;
	ssize_t n;

	*bytes = 0;
	*out = malloc(room + 1);
	while (*out && (n = read(fd, *out + *bytes, room + 1 - *bytes)) != 0) {
		char *grown = *out;

		if (n < 0)
			return -errno;
		*bytes += (size_t)n;
		if (*bytes <= room)
			continue;
		if (room == most)
			return -EFBIG;
		room = 2 * room < most ? 2 * room : most;
		grown = realloc(*out, room + 1);
		if (!grown)
			return -ENOMEM;
		*out = grown;
	}
	if (!*out)
		return -ENOMEM;
	(*out)[*bytes] = '\0';
	return 0;
}

int file_read(const char *path, size_t most, char **out, size_t *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	*out = NULL;
	if (fd < 0)
		return -errno;
	error = fill(fd, most, out, bytes);
	close(fd);
	if (error) {
		free(*out);
		*out = NULL;
	}
	return error;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;
	size_t bytes = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, bytes);
	if (n < 0)
		error = -errno;
	else if ((size_t)n < bytes)
		error = -EIO;
	if (close(fd) && !error)
		error = -errno;
	return error;
}
