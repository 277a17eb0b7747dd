/* SPDX-License-Identifier: MIT */
/*
 * How `udpmill serve` tells a script that it is ready: the bound addresses are
 * written to a file, or to an open descriptor.
 */
#pragma once

#include "net/socket.h"

#include <stdint.h>
#include <stdio.h>

/* Zeroed: nobody is told. */
struct serve_ready {
	/* A line after the addresses; NULL: none. Set by the caller, when it is
	 * known. */
	const char *last;
	const char *path; /* NULL: no file */
	char *fresh; /* in the same folder; renamed to path when complete */
	FILE *file;  /* fresh, NULL: no file */
	int fd;      /* 0: none */
};

/*
 * Call before anything is bound. Removes the file that an earlier server left
 * at path, so that nobody takes it for this server's, and creates a file to
 * write to. path NULL: no file; fd -1: no descriptor. 0; or -errno and one line
 * in why, and then nothing has changed.
 */
int serve_ready_init(struct serve_ready *r, const char *path, int fd, char *why,
	size_t why_bytes);

/* Writes the addresses, one a line, and closes the descriptor. path appears
 * complete, or not at all. 0; or -errno and one line in why. */
int serve_ready_say(struct serve_ready *r, const struct socket_obtained *at,
	uint32_t count, char *why, size_t why_bytes);

/* Removes the file if it has not been renamed to path. */
void serve_ready_fini(struct serve_ready *r);
