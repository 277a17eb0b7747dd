/* SPDX-License-Identifier: MIT */
/*
 * Writes metrics as text for a scraper, as OpenMetrics 1.0 or in the older text
 * format of Prometheus. Makes no system call but those of the stream it writes
 * to; the caller checks that stream at the end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum metrics_format {
	METRICS_OPENMETRICS, /* 1.0.0 */
	METRICS_PROMETHEUS,  /* text format 0.0.4 */
};

/* The value of the header Content-Type. */
const char *metrics_content_type(enum metrics_format format);

enum metrics_type {
	METRICS_COUNTER, /* its samples get the suffix _total */
	METRICS_GAUGE,
	METRICS_INFO, /* suffix _info, value 1 */
	METRICS_HISTOGRAM,
	METRICS_UNKNOWN,
};

struct metrics_family {
	const char *name; /* without a suffix */
	enum metrics_type type;
	const char *unit; /* the last word of name; NULL: none */
	const char *help;
};

struct metrics_text {
	FILE *out;
	enum metrics_format format;
	struct metrics_family family; /* the current one */
};

/* a="1",b="2": values are escaped. A label for which there is no room is left
 * out. Zeroed: no labels. */
struct metrics_labels {
	char text[512];
};

void metrics_label(
	struct metrics_labels *l, const char *name, const char *value);
void metrics_label_number(
	struct metrics_labels *l, const char *name, uint64_t value);

/* Begins a family: what it is, and what it means. Each begins once, and all its
 * samples follow. Copies f, but not its strings. */
void metrics_begin(struct metrics_text *t, const struct metrics_family *f);

/* A sample of the current family. labels may be NULL. */
void metrics_value(struct metrics_text *t, const struct metrics_labels *labels,
	uint64_t value);
void metrics_seconds(struct metrics_text *t,
	const struct metrics_labels *labels, uint64_t ns);

/* How many values are above the bound before it and not above this one. */
struct metrics_bucket {
	double upto; /* INFINITY for the last, which may be left out */
	uint64_t count;
};

/* The current family is a METRICS_HISTOGRAM; sum is that of all values. */
void metrics_histogram(struct metrics_text *t,
	const struct metrics_labels *labels,
	const struct metrics_bucket *buckets, size_t count, double sum);

/* After the last family. */
void metrics_end(struct metrics_text *t);
