/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include "core/clock.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int instructions_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	long fd = syscall(
		SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static uint64_t count_of(int fd)
{
	uint64_t n = 0;

	return fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static uint64_t time_of(struct samples *s, uint64_t times, uint64_t *items)
{
	uint64_t start = clock_ns();

	*items = s->bench->kind->run(s->self, times);
	return clock_ns() - start;
}

int samples_open(struct samples *s, const struct bench *b, size_t runs)
{
	uint64_t items, took = 0;
	int error;

	*s = (struct samples){.bench = b, .times = 1};
	s->runs = calloc(runs, sizeof(*s->runs));
	if (!s->runs)
		return -ENOMEM;
	error = b->kind->open(&b->shape, &s->self);
	if (error)
		return error;
	/* These runs also warm it up. */
	while ((took = time_of(s, s->times, &items)) < RUN_NS / 2)
		s->times *= 2;
	s->times = s->times * RUN_NS / took + 1;
	return 0;
}

void samples_close(struct samples *s)
{
	if (s->bench && s->bench->kind->close)
		s->bench->kind->close(s->self);
	free(s->runs);
	*s = (struct samples){0};
}

void samples_add(struct samples *s, int fd)
{
	uint64_t items, before = count_of(fd);
	double took = (double)time_of(s, s->times, &items);

	s->runs[s->count++] = (struct sample){
		.ns = took / (double)items,
		.instructions = (double)(count_of(fd) - before) / (double)items,
	};
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts values, of which there is at least one. */
static struct spread spread_of(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), ascending);
	return (struct spread){
		values[0], values[n / 4], values[n / 2], values[n - 1 - n / 4]};
}

void samples_conclude(struct samples *s, const struct samples *floor)
{
	double *values = calloc(s->count, sizeof(*values));
	double none = 0;

	if (!values)
		abort();
	for (size_t i = 0; i < s->count; i++)
		values[i] = s->runs[i].ns;
	s->ns = spread_of(values, s->count);
	for (size_t i = 0; i < s->count; i++)
		values[i] = s->runs[i].ns - (floor ? floor->runs[i].ns : none);
	s->above_ns = spread_of(values, s->count);
	for (size_t i = 0; i < s->count; i++)
		values[i] = s->runs[i].instructions;
	s->instructions = spread_of(values, s->count).median;
	for (size_t i = 0; i < s->count; i++)
		values[i] = s->runs[i].instructions -
			    (floor ? floor->runs[i].instructions : none);
	s->above_instructions = spread_of(values, s->count).median;
	free(values);
}
