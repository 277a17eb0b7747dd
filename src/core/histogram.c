/* SPDX-License-Identifier: MIT */
#include "core/histogram.h"

#include <math.h>

#define STEPS (1u << HISTOGRAM_STEPS_LOG)

void histogram_init(struct histogram *h)
{
	*h = (struct histogram){.min = UINT64_MAX};
}

/*
 * A value's step: its leading bit gives the doubling, the next six bits the
 * step in it. Up to 127 each step has one value.
 */
static uint32_t step_of(uint64_t value)
{
	uint32_t shift;

	if (value < 2 * STEPS)
		return (uint32_t)value;
	if (value >> HISTOGRAM_BITS)
		return HISTOGRAM_COUNTS - 1;
	shift = 63 - HISTOGRAM_STEPS_LOG - (uint32_t)__builtin_clzll(value);
	return (shift << HISTOGRAM_STEPS_LOG) + (uint32_t)(value >> shift);
}

static uint64_t middle_of(uint32_t step)
{
	uint32_t shift;
	uint64_t low;

	if (step < 2 * STEPS)
		return step;
	shift = (step >> HISTOGRAM_STEPS_LOG) - 1;
	low = (uint64_t)(step - (shift << HISTOGRAM_STEPS_LOG)) << shift;
	return low + (1ull << shift) / 2;
}

/* For histogram_peek(): this costs what a plain store does. */
static void publish(uint64_t *to, uint64_t value)
{
	__atomic_store_n(to, value, __ATOMIC_RELAXED);
}

void histogram_record(struct histogram *h, uint64_t value, uint64_t n)
{
	uint32_t step = step_of(value);

	publish(&h->counts[step], h->counts[step] + n);
	h->count += n;
	/* Both are below 2^63, and a signed number is converted by a single
	 * instruction. */
	h->sum += (double)(int64_t)value * (double)(int64_t)n;
	if (value < h->min)
		h->min = value;
	if (value > h->max)
		publish(&h->max, value);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++)
		into->counts[i] += from->counts[i];
	into->count += from->count;
	into->sum += from->sum;
	if (from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
}

void histogram_renew(struct histogram *h)
{
	h->min = UINT64_MAX;
	publish(&h->max, 0);
}

void histogram_peek(struct histogram *into, const struct histogram *live)
{
	uint64_t max = __atomic_load_n(&live->max, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++) {
		uint64_t n =
			__atomic_load_n(&live->counts[i], __ATOMIC_RELAXED);

		into->counts[i] += n;
		into->count += n;
	}
	if (max > into->max)
		into->max = max;
}

void histogram_since(struct histogram *out, const struct histogram *h,
	const struct histogram *before)
{
	histogram_init(out);
	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++) {
		uint64_t n = h->counts[i] - before->counts[i];

		if (n == 0)
			continue;
		out->counts[i] = n;
		out->count += n;
		out->sum += (double)middle_of(i) * (double)n;
		if (out->min > middle_of(i))
			out->min = middle_of(i);
		out->max = middle_of(i);
	}
	if (out->count && (h->max > before->max || out->max > h->max))
		out->max = h->max;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)h->count);
	uint64_t seen = 0;

	if (h->count == 0)
		return 0;
	if (rank == 0)
		return h->min;
	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++) {
		uint64_t value = middle_of(i);

		seen += h->counts[i];
		if (seen < rank)
			continue;
		return value < h->min   ? h->min
		       : value > h->max ? h->max
					: value;
	}
	return h->max;
}

double histogram_mean(const struct histogram *h)
{
	return h->count ? h->sum / (double)h->count : 0;
}

uint64_t histogram_count_upto(const struct histogram *h, uint64_t value)
{
	uint32_t last = step_of(value);
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= last; i++)
		sum += h->counts[i];
	return sum;
}

uint64_t histogram_next(
	const struct histogram *h, uint32_t *step, uint64_t *value)
{
	while (*step < HISTOGRAM_COUNTS) {
		uint32_t i = (*step)++;

		if (!h->counts[i])
			continue;
		*value = middle_of(i);
		return h->counts[i];
	}
	return 0;
}

double histogram_deviation(const struct histogram *h)
{
	double mean = histogram_mean(h), sum = 0;
	uint32_t step = 0;
	uint64_t n, value;

	while ((n = histogram_next(h, &step, &value)) > 0)
		sum += (double)n * ((double)value - mean) *
		       ((double)value - mean);
	return h->count ? sqrt(sum / (double)h->count) : 0;
}
