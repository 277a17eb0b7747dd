/* SPDX-License-Identifier: MIT */
#include "cli/process/streams.h"

#include "cli/process/exit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int output_error;
static bool told;

int streams_failed(FILE *out)
{
	int error = errno ? -errno : -EIO;

	if (out == stdout && !output_error)
		output_error = error;
	return error;
}

int streams_flush(FILE *out)
{
	return fflush(out) ? streams_failed(out) : 0;
}

void streams_tell(int error)
{
	fprintf(stderr, "%s: writing the report: %s\n", program_invocation_name,
		strerror(-error));
	told |= output_error != 0;
}

static void end_output(int code, void *arg)
{
	(void)arg;
	if (streams_flush(stdout) == 0 && !ferror(stdout))
		return;
	if (!told)
		fprintf(stderr, "%s: writing standard output: %s\n",
			program_invocation_name,
			output_error ? strerror(-output_error)
				     : "an earlier write failed");
	_exit(code ? code : EXIT_SYSTEM);
}

/* In one write, if it fits: the error of an earlier one is lost where whoever
 * wrote did not look, as argp does for --help. */
static void buffer_output(void)
{
	static char room[1 << 16];

	if (!isatty(STDOUT_FILENO))
		(void)setvbuf(stdout, room, _IOFBF, sizeof(room));
}

int streams_open(void)
{
	static const int modes[] = {
		[STDIN_FILENO] = O_WRONLY,
		[STDOUT_FILENO] = O_RDONLY,
		[STDERR_FILENO] = O_WRONLY,
	};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* All lower descriptors are open, so open() returns this
		 * one. */
		if (open("/dev/null", modes[fd]) < 0)
			return -errno;
	}
	buffer_output();
	return on_exit(end_output, NULL) ? -ENOMEM : 0;
}
