/* SPDX-License-Identifier: MIT */
/*
 * A log-linear histogram of durations: exact below 128, then 64 steps per
 * doubling, so that values are off by at most 1/128. Covers more than an hour
 * in nanoseconds; longer values count in the last step. max is exact.
 *
 * One writer at a time. While it records, other threads may only call
 * histogram_peek(); merge per-thread histograms after the threads have ended.
 */
#pragma once

#include <stdint.h>

#define HISTOGRAM_STEPS_LOG 6
#define HISTOGRAM_BITS      42
#define HISTOGRAM_COUNTS                                                       \
	((HISTOGRAM_BITS - HISTOGRAM_STEPS_LOG + 1) << HISTOGRAM_STEPS_LOG)

struct histogram {
	uint64_t count, min, max;
	double sum;
	uint64_t counts[HISTOGRAM_COUNTS];
};

void histogram_init(struct histogram *h);

/* Records value n times. */
void histogram_record(struct histogram *h, uint64_t value, uint64_t n);

void histogram_merge(struct histogram *into, const struct histogram *from);

/* Begins min and max anew, and keeps all else. By who records. */
void histogram_renew(struct histogram *h);

/* Adds what a histogram holds that another thread may be recording into: the
 * counts and max. */
void histogram_peek(struct histogram *into, const struct histogram *live);

/*
 * What was recorded after before, an earlier state of h. min and sum are those
 * of the middles of steps, and so is max, unless h has a new one.
 */
void histogram_since(struct histogram *out, const struct histogram *h,
	const struct histogram *before);

/* The quantile for a share from 0 to 1: the middle of its step, limited to min
 * and max. 0 if the histogram is empty. */
uint64_t histogram_quantile(const struct histogram *h, double share);

/* How many values are not above this one, to the accuracy of a step. */
uint64_t histogram_count_upto(const struct histogram *h, uint64_t value);

/* Iterates over the steps that are not empty, in ascending order: set *step to
 * 0 at first. Returns the number of values in the step, and sets *value to its
 * middle; 0 after the last. */
uint64_t histogram_next(
	const struct histogram *h, uint32_t *step, uint64_t *value);

double histogram_mean(const struct histogram *h);

/* The standard deviation, computed from the middles of the steps. */
double histogram_deviation(const struct histogram *h);
