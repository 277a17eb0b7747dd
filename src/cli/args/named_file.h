/* SPDX-License-Identifier: MIT */
/* Reads a file that the user names, and always ends, whatever that file is. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define NAMED_FILE_ENDLESS "nobody writes to it, or it does not end"

/*
 * Reads regular files, and whatever else has an end. Refuses a pipe that nobody
 * writes to, or that never ends, a device without an end, a directory, and a
 * file of more than most bytes. The caller frees *out, which ends with a NUL
 * that bytes does not count. 0; or -errno and one line in why, without the
 * path.
 */
int named_file_read(char **out, size_t *bytes, const char *path, size_t most,
	char *why, size_t why_bytes);

/* Reads up to room bytes from a descriptor that is open with O_NONBLOCK.
 * Returns their number, or -errno; -ETIMEDOUT means NAMED_FILE_ENDLESS. */
ssize_t named_file_fill(int fd, char *out, size_t room);

/* May the path be given to a library that opens it by itself? Only if it is a
 * regular file: then 0, else -errno and one line in why. */
int named_file_check(const char *path, char *why, size_t why_bytes);
