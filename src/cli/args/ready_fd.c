/* SPDX-License-Identifier: MIT */
#include "cli/args/ready_fd.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

int ready_fd_parse(const char *text)
{
	int fd = (int)option_count("ready-fd", text, 3, INT_MAX);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		usage_error("ready-fd",
			"%d is not open for writing; open it with \"--ready-fd "
			"%d %d>FILE\"",
			fd, fd, fd);
	return fd;
}

int ready_fd_say(int fd, const char *line)
{
	FILE *out = fdopen(fd, "w");
	int error = 0;

	if (!out)
		return -errno;
	/* The flush knows the reason of either failure. */
	fprintf(out, "%s\n", line);
	if (fflush(out))
		error = -errno;
	if (fclose(out) && !error)
		error = -errno;
	return error;
}
