/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/running.h"

#include "net/netns.h"

#include <stdio.h>
#include <string.h>

/* The letter after the name, which may itself contain brackets (proc(5)); '\0'
 * if there is none. */
static char state_of(pid_t pid)
{
	char path[32], text[128];
	const char *end = NULL;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return '\0';
	if (fgets(text, sizeof(text), f))
		end = strrchr(text, ')');
	fclose(f);
	return end && end[1] == ' ' ? end[2] : '\0';
}

/* The pid may be of another container: a process in the namespace that the
 * segment claims is taken to be the server. */
static bool is_server(const struct reader_about *about)
{
	struct netns n;
	bool same;

	if (netns_open_pid(&n, about->pid))
		return false;
	same = n.inode == about->netns;
	netns_close(&n);
	return same;
}

bool running_is_seen(const struct reader_about *about)
{
	char state = state_of(about->pid);

	/* T, t: stopped by a signal or a tracer; Z, X: dead. */
	return state && !strchr("TtZX", state) && is_server(about);
}
