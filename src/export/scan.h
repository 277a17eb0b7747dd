/* SPDX-License-Identifier: MIT */
/*
 * What lies in a registry by a segment's name. Anybody may put anything there,
 * as much as there is room for: so nothing is opened here, other users' files
 * are counted in up to a bound, and they cannot crowd out those that are
 * believed.
 */
#pragma once

#include "export/segment.h"

#include <stddef.h>
#include <sys/types.h>

struct scan_file {
	char name[SEGMENT_NAME];
	int32_t pid; /* by its name */
	dev_t device;
	ino_t inode;
	uid_t owner;
	bool trusted; /* root's or one's own */
};

struct scan {
	int folder; /* open, to open what is in it */
	struct scan_file *files;
	size_t count, room;
	size_t trusted;
	uint64_t passed_over; /* beyond the bounds */
};

enum scan_what {
	SCAN_FILES, /* each once, whatever its names are */
	SCAN_NAMES, /* each name */
};

/* 0, also where there is no such folder, or -errno; scan_close is due in either
 * case. pid 0 is for all of them. */
int scan_open(
	struct scan *s, const char *folder, enum scan_what what, int32_t pid);
void scan_close(struct scan *s);
