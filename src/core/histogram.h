/* SPDX-License-Identifier: MIT */
/*
 * A log-linear histogram of durations: exact below 128, then 64 steps to each
 * doubling, so that no value is told more than 1/128 off. Reaches over an hour
 * in nanoseconds; what is longer counts in the last step, and max is exact.
 *
 * One writer at a time; merge the threads' when they have ended.
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

/* n values of one size. */
void histogram_record(struct histogram *h, uint64_t value, uint64_t n);

void histogram_merge(struct histogram *into, const struct histogram *from);

/* The value that a share of all values, 0 to 1, does not exceed: the middle of
 * its step, and within min and max. 0 where there are none. */
uint64_t histogram_quantile(const struct histogram *h, double share);

/* Of all values, how many are not above this one, to a step. */
uint64_t histogram_count_upto(const struct histogram *h, uint64_t value);

/* The steps that hold something, in ascending order: *step begins at 0 and is
 * moved behind the one returned. The number of values in it, and *value its
 * middle; 0 when there are no more. */
uint64_t histogram_next(
	const struct histogram *h, uint32_t *step, uint64_t *value);

double histogram_mean(const struct histogram *h);

/* The standard deviation, of the steps' middles. */
double histogram_deviation(const struct histogram *h);
