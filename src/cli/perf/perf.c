/* SPDX-License-Identifier: MIT */
/* The harness is a separate program, found as git finds its sub-commands. */
#include "cli/args/verb.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "udpmill-perf"

/* Without a slash at its end; "" if the kernel does not say. */
static void find_own_directory(char directory[PATH_MAX], char exe[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", exe, PATH_MAX - 1);

	exe[n < 0 ? 0 : n] = '\0';
	strcpy(directory, exe);
	*(strrchr(directory, '/') ?: directory) = '\0';
}

/* Returns only if the program is missing, or does not start. */
static void try(const char *directory, const char *below, char **argv)
{
	char path[2 * PATH_MAX];

	if (!directory || !*directory)
		return;
	snprintf(path, sizeof(path), "%s%s/" PROGRAM, directory, below);
	if (access(path, F_OK) == 0)
		execv(path, argv);
}

/* Searches the folder of this program, where it was built or installed, then
 * where the build installs it, and then PATH, for those who keep it
 * elsewhere. */
int verb_perf(int argc, char **argv)
{
	char directory[PATH_MAX], exe[PATH_MAX];

	(void)argc;
	find_own_directory(directory, exe);
	/* The program that it measures, unless it is told otherwise. */
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
