/* SPDX-License-Identifier: MIT */
#include "core/histogram.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct histogram h, other;

static uint64_t random_state = 88172645463325252u;

static uint64_t draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

Test(histogram, of_nothing_is_zero)
{
	histogram_init(&h);
	cr_assert(histogram_quantile(&h, 0.5) == 0);
	cr_assert(histogram_mean(&h) == 0);
}

Test(histogram, is_exact_for_small_values)
{
	for (uint64_t v = 0; v < 128; v++) {
		histogram_init(&h);
		histogram_record(&h, v, 1);
		histogram_record(&h, 1000000, 1);
		cr_assert(histogram_quantile(&h, 0.5) == v);
	}
}

Test(histogram, tells_every_value_within_one_percent)
{
	for (uint64_t v = 1; v < 3600ull * 1000000000; v = v * 9 / 8 + 1) {
		uint64_t told;

		histogram_init(&h);
		histogram_record(&h, v, 1);
		histogram_record(&h, 1ull << 62, 1);
		histogram_record(&h, 0, 1);
		told = histogram_quantile(&h, 0.5);
		cr_assert(told * 100 >= v * 99 && told * 100 <= v * 101,
			"%lu told as %lu", v, told);
	}
}

Test(histogram, agrees_with_sorting)
{
	static const double shares[] = {0.01, 0.5, 0.9, 0.99, 0.999, 1};
	static uint64_t values[20000];
	const size_t n = sizeof(values) / sizeof(values[0]);

	histogram_init(&h);
	for (size_t i = 0; i < n; i++) {
		values[i] = draw() >> (draw() % 40 + 24);
		histogram_record(&h, values[i], 1);
	}
	qsort(values, n, sizeof(values[0]), by_value);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		size_t rank = (size_t)(shares[i] * (double)n + 0.999999);
		double exact = (double)values[rank - 1];
		double told = (double)histogram_quantile(&h, shares[i]);

		cr_assert(told >= exact * 0.99 && told <= exact * 1.01 + 1,
			"%f: %f for %f", shares[i], told, exact);
	}
	cr_assert(h.min == values[0] && h.max == values[n - 1]);
}

Test(histogram, merged_is_as_recorded_in_one)
{
	struct histogram all;

	histogram_init(&h);
	histogram_init(&other);
	histogram_init(&all);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t v = draw() >> 34;

		histogram_record(i % 3 ? &h : &other, v, i);
		histogram_record(&all, v, i);
	}
	histogram_merge(&h, &other);
	cr_assert(h.count == all.count && h.min == all.min && h.max == all.max);
	for (double share = 0; share <= 1; share += 0.05)
		cr_assert(histogram_quantile(&h, share) ==
			  histogram_quantile(&all, share));
}

Test(histogram, tells_its_steps_in_order_and_their_sum)
{
	uint32_t step = 0;
	uint64_t n, value, before = 0, sum = 0;

	histogram_init(&h);
	for (unsigned i = 0; i < 1000; i++)
		histogram_record(&h, draw() >> 40, 2);
	while ((n = histogram_next(&h, &step, &value)) > 0) {
		cr_assert(sum == 0 || value > before);
		before = value;
		sum += n;
		cr_assert(histogram_count_upto(&h, value) == sum);
	}
	cr_assert(sum == 2000);
}

Test(histogram, has_the_deviation_of_its_values)
{
	histogram_init(&h);
	cr_assert(histogram_deviation(&h) == 0);
	histogram_record(&h, 10, 5);
	histogram_record(&h, 30, 5);
	cr_assert(histogram_deviation(&h) == 10);
}

/* As a thread sees it that only looks. */
static struct histogram peeked(void)
{
	struct histogram out;

	histogram_init(&out);
	histogram_peek(&out, &h);
	return out;
}

Test(histogram, tells_what_was_recorded_since_a_look)
{
	struct histogram first, second, since;

	histogram_init(&h);
	for (unsigned i = 0; i < 1000; i++)
		histogram_record(&h, draw() >> 40, 1);
	first = peeked();
	cr_assert(first.count == 1000 && first.max == h.max);
	for (uint64_t v = 1; v <= 100; v++)
		histogram_record(&h, v, 2);
	second = peeked();
	histogram_since(&since, &second, &first);
	cr_assert(since.count == 200);
	cr_assert(since.min == 1 && since.max == 100);
	cr_assert(histogram_quantile(&since, 0.5) == 50);
	cr_assert(histogram_mean(&since) == 50.5);
}

/* The middle of 1 000 001's step is another number. */
Test(histogram, knows_a_new_max_exactly)
{
	struct histogram first, second, since;

	histogram_init(&h);
	histogram_record(&h, 5, 1);
	first = peeked();
	histogram_record(&h, 1000001, 1);
	second = peeked();
	histogram_since(&since, &second, &first);
	cr_assert(since.max == 1000001, "%lu", since.max);
	histogram_record(&h, 1000000, 1);
	first = second;
	second = peeked();
	histogram_since(&since, &second, &first);
	cr_assert(since.max <= 1000001 && since.max > 992000, "%lu", since.max);
}

Test(histogram, of_which_nothing_is_new_is_empty_since_then)
{
	struct histogram first, since;

	histogram_init(&h);
	histogram_record(&h, 5, 1);
	first = peeked();
	histogram_since(&since, &first, &first);
	cr_assert(since.count == 0 && since.max == 0);
	cr_assert(histogram_quantile(&since, 0.5) == 0);
}

Test(histogram, that_is_renewed_keeps_all_but_min_and_max)
{
	histogram_init(&h);
	histogram_record(&h, 70, 3);
	histogram_renew(&h);
	histogram_record(&h, 60, 1);
	cr_assert(h.count == 4 && h.min == 60 && h.max == 60);
}
