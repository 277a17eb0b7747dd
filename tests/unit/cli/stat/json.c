/* SPDX-License-Identifier: MIT */
/* Whatever allocation fails: a document is whole, or it is told that there is
 * none. */
#include "cli/stat/report.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct reader *reader;
static uint64_t values[2 * SEGMENT_USUAL_COUNTERS];
static struct stat_view view;
static struct left_name left_over = {"udpmill.7", 7};
static struct left_list left = {.names = &left_over, .count = 1};
static int fd = -1;

static long allocations, allowed = -1;

static void *allocate(size_t bytes)
{
	if (allowed >= 0 && allocations++ >= allowed)
		return NULL;
	return malloc(bytes);
}

static void set_up(void)
{
	static struct segment_image image;
	char path[SEGMENT_PATH], why[256];

	segment_make(&image, NULL);
	fd = segment_put(NULL, image.data, image.bytes);
	segment_hold(fd);
	cr_assert(reader_open(&reader, segment_path(fd, path), why,
			  sizeof(why)) == 0,
		"%s", why);
	cr_assert(reader_snapshot(reader, values) == 0);
	view = (struct stat_view){.reader = reader,
		.now = values,
		.before = values,
		.seconds = 1};
	json_set_alloc_funcs(allocate, free);
}

static void tear_down(void)
{
	reader_close(reader);
	close(fd);
}

TestSuite(stat_json, .init = set_up, .fini = tear_down);

static int print_counters(FILE *out)
{
	return stat_print_json(out, &view, false);
}

static int print_list(FILE *out)
{
	struct reader_list list = {.readers = &reader, .count = 1};

	return stat_print_list_json(out, &list, &left);
}

static int print_descriptions(FILE *out)
{
	return stat_print_descriptions_json(out, reader);
}

/* What it prints, with so many allocations; NULL where it fails. */
static char *print(int (*how)(FILE *out), long most)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	int error;

	cr_assert(out);
	allocations = 0;
	allowed = most;
	error = how(out);
	allowed = -1;
	fclose(out);
	if (!error)
		return text;
	cr_assert(error == -ENOMEM, "%d", error);
	free(text);
	return NULL;
}

static void check(int (*how)(FILE *out))
{
	char *whole = print(how, -1), *text = NULL;
	long n;

	cr_assert(whole && strlen(whole) > 100);
	for (n = 0; !text && n < 100000; n++)
		text = print(how, n);
	cr_assert(text && n > 10);
	cr_assert_str_eq(text, whole);
	free(text);
	free(whole);
}

Test(stat_json, of_counters_is_whole_or_fails)
{
	check(print_counters);
}

Test(stat_json, of_the_list_is_whole_or_fails)
{
	check(print_list);
}

Test(stat_json, of_descriptions_is_whole_or_fails)
{
	check(print_descriptions);
}
