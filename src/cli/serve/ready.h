/* SPDX-License-Identifier: MIT */
/*
 * How `udpmill serve` tells a script that it answers: by a file, or an open
 * descriptor, that then holds the bound addresses.
 */
#pragma once

#include "net/socket.h"

#include <stdint.h>
#include <stdio.h>

/* Zeroed: nobody is told. */
struct serve_ready {
	const char *path; /* NULL: no file */
	char *fresh;      /* beside path; renamed to it when it is complete */
	FILE *file;       /* fresh, NULL: no file */
	int fd;           /* 0: none */
};

/* Could the bound addresses be written to this descriptor? 0 or -errno. */
int serve_ready_check_fd(int fd);

/*
 * Before anything is bound: what an earlier server has left at path goes, so
 * that nobody takes it for this one's, and there is a file to write to. path
 * NULL, fd -1: none. 0; or -errno and one line in why, and nothing has changed.
 */
int serve_ready_init(struct serve_ready *r, const char *path, int fd, char *why,
	size_t why_bytes);

/* Writes the addresses, a line each. The descriptor is closed, and path is
 * there all at once. 0, or -errno and one line in why. */
int serve_ready_say(struct serve_ready *r, const struct socket_obtained *at,
	uint32_t count, char *why, size_t why_bytes);

/* What has not become path is gone. */
void serve_ready_fini(struct serve_ready *r);
