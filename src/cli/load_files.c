/* SPDX-License-Identifier: MIT */
#include "cli/load_files.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* HdrHistogram's default: so many lines for each halving of what is left. */
#define TICKS_PER_HALF 5

FILE *load_csv_open(const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");

	if (f)
		fprintf(f, "start_s,seconds,omitted,sent,answered,sent_bytes,"
			   "answered_bytes,sent_per_second,"
			   "answered_per_second\n");
	return f;
}

void load_csv_write(FILE *csv, const struct load_interval *i)
{
	if (!csv)
		return;
	fprintf(csv,
		"%.6f,%.6f,%d,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
		",%.1f,%.1f\n",
		i->start_s, i->seconds, i->omitted, i->sent, i->answered,
		i->sent_bytes, i->answered_bytes, (double)i->sent / i->seconds,
		(double)i->answered / i->seconds);
	/* Whoever follows the file sees each line when it is. */
	fflush(csv);
}

static int finish(FILE *f)
{
	int error = ferror(f) ? -EIO : 0;

	if (f == stdout)
		return fflush(f) ? -errno : error;
	return fclose(f) ? -errno : error;
}

int load_csv_close(FILE *csv)
{
	return csv ? finish(csv) : 0;
}

static void print_tick(FILE *f, const struct histogram *h, double share)
{
	uint64_t value = share < 1 ? histogram_quantile(h, share) : h->max;
	uint64_t upto = share < 1 ? histogram_count_upto(h, value) : h->count;

	fprintf(f, "%12.3f %2.12f %10" PRIu64, (double)value / 1e3, share,
		upto);
	if (share < 1)
		fprintf(f, " %14.2f", 1 / (1 - share));
	fputc('\n', f);
}

static void print_percentiles(FILE *f, const struct histogram *h)
{
	double share = 0, step = 0.5 / TICKS_PER_HALF, half = 0.5;
	unsigned ticks = 0;

	fprintf(f, "%12s %14s %10s %14s\n\n", "Value", "Percentile",
		"TotalCount", "1/(1-Percentile)");
	while (h->count && (1 - share) * (double)h->count >= 1) {
		print_tick(f, h, share);
		share += step;
		if (++ticks % TICKS_PER_HALF == 0) {
			half /= 2;
			step = half / TICKS_PER_HALF;
		}
	}
	if (h->count)
		print_tick(f, h, 1);
	fprintf(f,
		"#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
		"#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n"
		"#[Buckets = %12d, SubBuckets     = %12d]\n",
		histogram_mean(h) / 1e3, histogram_deviation(h) / 1e3,
		h->count ? (double)h->max / 1e3 : 0, h->count,
		HISTOGRAM_BITS - HISTOGRAM_STEPS_LOG, 1 << HISTOGRAM_STEPS_LOG);
}

static int print_json(FILE *f, const struct histogram *h)
{
	json_t *steps = json_array(), *all;
	uint32_t step = 0;
	uint64_t n, value;
	int error;

	while ((n = histogram_next(h, &step, &value)) > 0)
		json_array_append_new(steps,
			json_pack("[I, I]", (json_int_t)value, (json_int_t)n));
	all = json_pack("{s:s, s:s, s:I, s:f, s:o}", "schema",
		"udpmill.histogram/1", "unit", "nanoseconds", "count",
		(json_int_t)h->count, "mean", histogram_mean(h),
		"values_and_counts", steps);
	if (!all)
		return -ENOMEM;
	error = json_dumpf(all, f, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(all);
	return error || fputc('\n', f) == EOF ? -EIO : 0;
}

int load_histogram_write(const char *path, const struct histogram *h)
{
	size_t n = strlen(path);
	bool json = n > 5 && strcmp(path + n - 5, ".json") == 0;
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	int error = 0, closed;

	if (!f)
		return -errno;
	if (json)
		error = print_json(f, h);
	else
		print_percentiles(f, h);
	closed = finish(f);
	return error ? error : closed;
}
