/* SPDX-License-Identifier: MIT */
#include "cli/load/report/files.h"

#include "cli/print/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* HdrHistogram's default: this many lines for each halving of what is left. */
#define TICKS_PER_HALF 5

int load_file_open(struct load_file *f, const char *path)
{
	int fd;

	*f = (struct load_file){.path = path};
	if (!path)
		return 0;
	if (strcmp(path, "-") == 0) {
		f->out = stdout;
		return 0;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	f->created = fd >= 0;
	if (fd < 0)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	f->out = fdopen(fd, "w");
	return f->out ? 0 : -errno;
}

bool load_file_is_same(const struct load_file *a, const struct load_file *b)
{
	struct stat x, y;

	return a->out && b->out && a->out != b->out &&
	       fstat(fileno(a->out), &x) == 0 &&
	       fstat(fileno(b->out), &y) == 0 && S_ISREG(x.st_mode) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool load_file_begin(struct load_file *f)
{
	if (!f->out)
		return false;
	/* A device or a pipe cannot be truncated, and need not be. */
	if (!f->begun && f->out != stdout)
		(void)!ftruncate(fileno(f->out), 0);
	f->begun = true;
	return true;
}

/* The reason of a failure is known only now: a second call has lost it. */
void load_file_flush(struct load_file *f)
{
	if (fflush(f->out) && !f->error)
		f->error = -errno;
	else if (ferror(f->out) && !f->error)
		f->error = -EIO;
}

int load_file_close(struct load_file *f)
{
	int error = 0;

	if (!f->out)
		return 0;
	load_file_flush(f);
	error = f->error;
	if (f->out != stdout && fclose(f->out) && !error)
		error = -errno;
	if (f->created && !f->begun)
		unlink(f->path);
	*f = (struct load_file){0};
	return error;
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

	while ((n = histogram_next(h, &step, &value)) > 0)
		json_add(steps,
			json_pack("[I, I]", (json_int_t)value, (json_int_t)n));
	all = json_pack("{s:s, s:s, s:I, s:f, s:o}", "schema",
		"udpmill.histogram/1", "unit", "nanoseconds", "count",
		(json_int_t)h->count, "mean", histogram_mean(h),
		"values_and_counts", steps);
	return json_write(f, all, JSON_COMPACT | JSON_REAL_PRECISION(9));
}

void load_histogram_write(struct load_file *f, const struct histogram *h)
{
	size_t n = f->path ? strlen(f->path) : 0;

	if (!load_file_begin(f))
		return;
	if (n > 5 && strcmp(f->path + n - 5, ".json") == 0)
		f->error = print_json(f->out, h);
	else
		print_percentiles(f->out, h);
}
