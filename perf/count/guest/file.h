/* SPDX-License-Identifier: MIT */
/* Whole files, read and written. */
#pragma once

#include <stddef.h>

/* Reads up to most bytes, and ends them with a NUL that bytes does not count.
 * The caller frees *out. 0; or -errno, -EFBIG if there is more. */
int file_read(const char *path, size_t most, char **out, size_t *bytes);

/* Writes all of text in one call, as files of /proc/sys want it. 0 or
 * -errno. */
int file_write(const char *path, const char *text);
