/* SPDX-License-Identifier: MIT */
/*
 * Finds the files in a registry that have a segment's name. Anybody may put
 * anything there, in any number: so nothing is opened here, and other users'
 * files are limited in number and cannot crowd out trusted ones.
 */
#pragma once

#include "export/segment.h"

#include <stddef.h>
#include <sys/types.h>

struct scan_file {
	char name[SEGMENT_NAME];
	int32_t pid; /* from its name */
	dev_t device;
	ino_t inode;
	uid_t owner;
	bool trusted; /* owned by root or this user */
};

struct scan {
	int folder; /* open descriptor */
	struct scan_file *files;
	size_t count, room;
	size_t trusted;
	uint64_t passed_over; /* files beyond the limits */
};

enum scan_what {
	SCAN_FILES, /* each file once, whatever names it has */
	SCAN_NAMES, /* each name */
};

/* 0, also if there is no such folder; or -errno. Call scan_close in either
 * case. pid 0: all. */
int scan_open(
	struct scan *s, const char *folder, enum scan_what what, int32_t pid);
void scan_close(struct scan *s);
