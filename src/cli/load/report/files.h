/* SPDX-License-Identifier: MIT */
/* What `udpmill load` writes beside its report: intervals as CSV, and the whole
 * distribution of latency. */
#pragma once

#include "load/load.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * A file that will be written. Opening finds out whether it can be, and leaves
 * what is in it: only the first write empties it, so that a run that comes to
 * nothing takes nothing away. Zeroed state is one that is not asked for.
 */
struct load_file {
	const char *path;
	FILE *out;
	bool created, begun;
	int error; /* the first there was */
};

/* "-" is standard output. path NULL: nothing is written. 0 or -errno. */
int load_file_open(struct load_file *f, const char *path);

/* Removes what it made, where nothing was written. Whatever could not be
 * written is told here: 0 or -errno. */
int load_file_close(struct load_file *f);

/* An interval, after a header of names and units. */
void load_csv_write(struct load_file *f, const struct load_interval *i);

/*
 * As HdrHistogram prints percentiles, values in microseconds, so that its
 * plotters take it; or, where the path ends with ".json", as JSON: nanoseconds
 * and counts.
 */
void load_histogram_write(struct load_file *f, const struct histogram *h);
