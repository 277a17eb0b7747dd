/* SPDX-License-Identifier: MIT */
/* The harness is a program of its own, found as git finds its sub-commands. */
#include "cli/args/verb.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "udpmill-perf"

/* With no slash at its end; "" where the kernel does not say. */
static void find_own_directory(char directory[PATH_MAX], char exe[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", exe, PATH_MAX - 1);

	exe[n < 0 ? 0 : n] = '\0';
	strcpy(directory, exe);
	*(strrchr(directory, '/') ?: directory) = '\0';
}

/* Returns only where it is not there, or does not start. */
static void try(const char *directory, const char *below, char **argv)
{
	char path[2 * PATH_MAX];

	if (!directory || !*directory)
		return;
	snprintf(path, sizeof(path), "%s%s/" PROGRAM, directory, below);
	if (access(path, F_OK) == 0)
		execv(path, argv);
}

/* Where this program was built, next to it; where both were installed; and by
 * PATH, for who keeps it elsewhere. */
int verb_perf(int argc, char **argv)
{
	char directory[PATH_MAX], exe[PATH_MAX];

	(void)argc;
	find_own_directory(directory, exe);
	/* What it measures with, where it is not told otherwise. */
	if (*exe && setenv("UDPMILL", exe, 1) < 0)
		goto fail;
	errno = 0;
	try(getenv("UDPMILL_EXEC_PATH"), "", argv);
	try(directory, "", argv);
	try(directory, "/../libexec/udpmill", argv);
	try(UDPMILL_LIBEXECDIR, "", argv);
	execvp(PROGRAM, argv);
fail:
	fprintf(stderr,
		"udpmill perf: " PROGRAM
		": %s; it is a part of udpmill that needs python3; if it is "
		"elsewhere, set UDPMILL_EXEC_PATH to its directory\n",
		strerror(errno));
	return EXIT_SYSTEM;
}
