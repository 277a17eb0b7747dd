/* SPDX-License-Identifier: MIT */
/* A file that the user names, read whole: whatever it is, this ends. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define NAMED_FILE_ENDLESS "nobody writes to it, or it does not end"

/*
 * Regular files, and what else can be read to its end: a pipe that nobody
 * writes to, or that never ends, a device without an end, a directory and a
 * file of more than most bytes are refused. *out is to be freed, and has a NUL
 * behind its bytes. 0; or -errno and one line in why, without the path.
 */
int named_file_read(char **out, size_t *bytes, const char *path, size_t most,
	char *why, size_t why_bytes);

/* Of what is open with O_NONBLOCK, up to room bytes: their number, or -errno;
 * -ETIMEDOUT: NAMED_FILE_ENDLESS. */
ssize_t named_file_fill(int fd, char *out, size_t room);

/* May a library that reads it by itself be given it? A regular file may: 0. Or
 * -errno, and one line in why. */
int named_file_check(const char *path, char *why, size_t why_bytes);
