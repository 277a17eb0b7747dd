/* SPDX-License-Identifier: MIT */
/*
 * Answers scrapers over HTTP, by libmicrohttpd, in a thread of its own.
 *
 * Whoever can connect may do whatever they like, and costs nobody else
 * anything: there are ENDPOINT_CONNECTIONS connections at most, each of which
 * has ENDPOINT_SECONDS and ENDPOINT_BYTES for its one request, and the thread
 * yields to others, and takes one part in ENDPOINT_SHARE of a CPU at most.
 */
#pragma once

#include "metrics/text.h"

#include <stdbool.h>
#include <stddef.h>

#define ENDPOINT_CONNECTIONS 16
#define ENDPOINT_SECONDS     5
#define ENDPOINT_BYTES       16384
#define ENDPOINT_SHARE       20

struct metrics_endpoint;

struct metrics_endpoint_config {
	int fd; /* that listens and does not block; it stays the caller's */
	/* Writes all families. Called by the thread. 0; or -errno, and the
	 * scraper gets nothing. */
	int (*write)(void *arg, struct metrics_text *text);
	/* Called by the thread before it answers. 0; or -errno, and it does
	 * not start. */
	int (*settle)(void);
	void *arg;
};

/* Was this built with libmicrohttpd? */
bool metrics_endpoint_supported(void);

/* 0; or -errno and one line in why: -ENOPKG if the library is not there. The
 * thread takes no signals. */
int metrics_endpoint_open(struct metrics_endpoint **out,
	const struct metrics_endpoint_config *config, char *why,
	size_t why_bytes);

/* Cuts off who is still connected, and does not wait for them. NULL is
 * legal. */
void metrics_endpoint_close(struct metrics_endpoint *e);
