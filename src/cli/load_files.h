/* SPDX-License-Identifier: MIT */
/* What `udpmill load` writes beside its report: intervals as CSV, and the whole
 * distribution of latency. */
#pragma once

#include "load/load.h"

#include <stdio.h>

/* With a header of names and units; NULL and errno. "-" is standard output. */
FILE *load_csv_open(const char *path);
void load_csv_write(FILE *csv, const struct load_interval *i);
/* Whatever could not be written is told here: 0 or -errno. NULL is legal. */
int load_csv_close(FILE *csv);

/*
 * As HdrHistogram prints percentiles, values in microseconds, so that its
 * plotters take it; or, where path ends with ".json", as JSON: nanoseconds and
 * counts. 0 or -errno.
 */
int load_histogram_write(const char *path, const struct histogram *h);
