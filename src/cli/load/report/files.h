/* SPDX-License-Identifier: MIT */
/* Files that `udpmill load` writes in addition to its report, and the whole
 * distribution of latency in one of them. */
#pragma once

#include "load/load.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * A file that will be written. Opening checks that it can be written, but keeps
 * its contents: only the first write empties it, so a run that fails destroys
 * nothing. Zeroed: no file was asked for.
 */
struct load_file {
	const char *path;
	FILE *out;
	bool created, begun;
	int error; /* the first one */
};

/* "-" is standard output. path NULL: no file. 0 or -errno. */
int load_file_open(struct load_file *f, const char *path);

/* Are both one file, in which each would overwrite what the other wrote? */
bool load_file_is_same(const struct load_file *a, const struct load_file *b);

/* Removes a file that was created but never written. Reports any failed write:
 * 0 or -errno. */
int load_file_close(struct load_file *f);

/* Call before each write: empties the file before the first one. False: no file
 * was asked for. */
bool load_file_begin(struct load_file *f);

/* Call after each write: whoever follows the file sees it at once. */
void load_file_flush(struct load_file *f);

/*
 * Writes percentiles as HdrHistogram does, in microseconds, so that its
 * plotters can read them; or, if the path ends with ".json", nanoseconds and
 * counts as JSON.
 */
void load_histogram_write(struct load_file *f, const struct histogram *h);
