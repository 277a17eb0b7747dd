/* SPDX-License-Identifier: MIT */
/* The socket at which scrapers are listened to: a TCP port, or a socket in the
 * file system. */
#pragma once

#include "core/address.h"

#include <stddef.h>
#include <sys/types.h>

/* Room for a path in a struct sockaddr_un, with its NUL. */
#define METRICS_PATH 108

struct metrics_place {
	char path[METRICS_PATH]; /* "": the address */
	union address at;        /* port 0: any free one */
};

/* Room for "http://[v6%scope]:port/metrics" or "unix:PATH". */
#define METRICS_URL (METRICS_PATH + 16)

struct metrics_listener {
	int fd; /* -1: none */
	char url[METRICS_URL];
	/* The file that is to be removed; "": none. */
	char path[METRICS_PATH];
	dev_t device;
	ino_t inode;
};

/*
 * Binds and listens; call while no other thread runs, since it sets the umask
 * for a moment. A socket file is for its user and group only. One that nobody
 * listens at any more is replaced; any other file is kept (-EADDRINUSE). 0; or
 * -errno and one line in why, with what to do about it.
 */
int metrics_listener_open(struct metrics_listener *l,
	const struct metrics_place *place, char *why, size_t why_bytes);

/* Also removes the file, if it is still the same. */
void metrics_listener_close(struct metrics_listener *l);
