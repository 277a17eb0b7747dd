/* SPDX-License-Identifier: MIT */
/* What the reader accepts, also from builds with other counters, and how it
 * explains what it does not. */
#include "export/reader.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct segment_image image;
static struct reader *reader;
static int segment_fd = -1;
static char path[SEGMENT_PATH];
static char why[256];
static char folder[] = "/tmp/udpmill-reader.XXXXXX";
static char named[64]; /* in the folder */

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(named, sizeof(named), "%s/counters", folder);
	segment_make(&image, NULL);
}

static void put_away(void)
{
	reader_close(reader);
	reader = NULL;
	if (segment_fd >= 0)
		close(segment_fd);
	segment_fd = -1;
}

static void tear_down(void)
{
	put_away();
	remove(named);
	rmdir(folder);
}

TestSuite(reader, .init = set_up, .fini = tear_down);

static void put_held(void)
{
	segment_fd = segment_put(NULL, image.data, image.bytes);
	segment_hold(segment_fd);
	segment_path(segment_fd, path);
}

static int try_open(const char *which)
{
	memset(why, 0, sizeof(why));
	return reader_open(&reader, which, why, sizeof(why));
}

static void open_held(void)
{
	int error;

	put_held();
	error = try_open(path);
	cr_assert(error == 0, "%s", why);
}

/* Each counter of the plan is found by its name and has its values. */
static void check_counters(const struct segment_plan *plan)
{
	uint32_t n = reader_about(reader)->counter_count;
	uint64_t values[2 * 64];

	cr_assert(n == plan->counter_count && 2 * n <= COUNT(values));
	cr_assert(reader_about(reader)->worker_count == 2);
	cr_assert(reader_snapshot(reader, values) == 0);
	for (uint32_t i = 0; i < n; i++) {
		const struct segment_counter *c = &plan->counters[i];
		const struct counter_description *d = reader_counter(reader, i);
		uint64_t sum = 0;

		cr_assert(reader_index(reader, c->name) == (int)i);
		cr_assert_str_eq(d->name, c->name);
		cr_assert_str_eq(d->unit, c->unit);
		cr_assert_str_eq(d->help, c->help);
		cr_assert(d->kind == (enum counter_kind)c->kind);
		for (uint32_t w = 0; w < 2; w++) {
			uint64_t v = segment_value(w, c->name);

			cr_assert(values[w * n + i] == v, "%s of worker %u",
				c->name, w);
			sum += v;
		}
		cr_assert(reader_sum(reader, values, i) == sum, "%s", c->name);
	}
}

static void check_plan(const struct segment_plan *plan)
{
	segment_make(&image, plan);
	open_held();
	check_counters(plan);
	put_away();
}

Test(reader, takes_a_segment_made_by_hand)
{
	const struct reader_about *a;

	open_held();
	a = reader_about(reader);
	cr_assert_str_eq(a->path, path);
	cr_assert_str_eq(a->version, "9.8.7");
	cr_assert_str_eq(a->service, "echo");
	cr_assert_str_eq(a->backend, "mem");
	cr_assert_str_eq(a->config, "{\"service\":\"echo\"}");
	cr_assert(a->pid == segment_usual.pid);
	cr_assert(a->started_ns == segment_usual.started_ns);
	cr_assert(a->netns == 4026531840);
	cr_assert(a->endpoint_count == 2);
	cr_assert(segment_fault(reader) == NULL);
	check_counters(&segment_usual);
}

Test(reader, takes_counters_that_this_build_does_not_know)
{
	struct segment_counter counters[8];
	struct segment_plan plan = {
		.counters = counters, .counter_count = COUNT(counters)};

	for (size_t i = 0; i < COUNT(counters); i++) {
		counters[i] = (struct segment_counter){
			.unit = "things", .help = "new", .kind = i % 2};
		snprintf(counters[i].name, sizeof(counters[i].name), "new_%zu",
			i);
	}
	check_plan(&plan);
}

Test(reader, does_without_counters_that_this_build_knows)
{
	static const struct segment_counter one = {
		"rx_bytes", "bytes", "payload", 0, 0};
	static const struct segment_plan plan = {
		.counters = &one, .counter_count = 1};

	segment_make(&image, &plan);
	open_held();
	check_counters(&plan);
	cr_assert(reader_index(reader, "rx_datagrams") == -ENOENT);
}

Test(reader, takes_counters_in_another_order)
{
	struct segment_counter counters[SEGMENT_USUAL_COUNTERS];
	struct segment_plan plan = {
		.counters = counters, .counter_count = COUNT(counters)};

	for (size_t i = 0; i < COUNT(counters); i++)
		counters[i] = segment_usual.counters[COUNT(counters) - 1 - i];
	check_plan(&plan);
}

Test(reader, passes_over_what_another_build_added)
{
	static const struct {
		uint32_t counter_stride, worker_stride;
	} cases[] = {{256, 64}, {264, 64}, {257, 24}, {512, 128}, {1024, 1000}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct segment_plan plan = segment_usual;

		plan.counter_stride = cases[i].counter_stride;
		plan.worker_stride = cases[i].worker_stride;
		check_plan(&plan);
	}
}

Test(reader, takes_a_file_longer_than_its_segment)
{
	image.bytes += 512;
	open_held();
	check_counters(&segment_usual);
}

Test(reader, takes_a_segment_with_nothing_in_it)
{
	static const char *const none[] = {NULL};
	static const struct segment_counter counters[1];
	static const struct segment_plan plan = {
		.counters = counters, .counter_count = 0, .endpoints = none};

	segment_make(&image, &plan);
	image.header.worker_count = 0;
	open_held();
	cr_assert(reader_about(reader)->counter_count == 0);
	cr_assert(reader_about(reader)->endpoint_count == 0);
	cr_assert(reader_about(reader)->worker_count == 0);
	cr_assert(segment_fault(reader) == NULL);
}

Test(reader, of_a_missing_file_says_so)
{
	cr_assert(try_open(named) == -ENOENT);
	cr_assert(strstr(why, named) && strstr(why, "No such file"), "%s", why);
	cr_assert(try_open("/dev/null/counters") == -ENOTDIR);
}

Test(reader, of_a_dead_link_says_so)
{
	cr_assert(symlink("/no/such/file", named) == 0);
	cr_assert(try_open(named) == -ENOENT);
}

Test(reader, truncates_its_reason_to_the_room)
{
	char small[8];

	memset(small, 'x', sizeof(small));
	cr_assert(reader_open(&reader, "/no/such/file", small, 4) == -ENOENT);
	cr_assert_str_eq(small, "/no");
	cr_assert(small[4] == 'x');
}

Test(reader, knows_a_segment_whose_server_has_gone)
{
	put_held();
	cr_assert(flock(segment_fd, LOCK_UN) == 0);
	cr_assert(try_open(path) == -ESRCH);
	cr_assert(strstr(why, "left over"), "%s", why);
}

Test(reader, knows_a_segment_whose_server_is_starting)
{
	image.header.ready = 0;
	put_held();
	cr_assert(try_open(path) == -EAGAIN);
	cr_assert(strstr(why, "is starting"), "%s", why);
}

/* Whatever another layout may have where this one has its flags. */
Test(reader, does_not_read_another_layout)
{
	static const uint32_t layouts[] = {0, SEGMENT_LAYOUT + 1, UINT32_MAX};

	for (size_t i = 0; i < COUNT(layouts); i++) {
		image.header.layout = layouts[i];
		image.header.ready = 0;
		put_held();
		cr_assert(try_open(path) == -EPROTO, "%u", layouts[i]);
		cr_assert(strstr(why, "another layout"), "%s", why);
		cr_assert(flock(segment_fd, LOCK_UN) == 0);
		cr_assert(try_open(path) == -EPROTO, "%u", layouts[i]);
		put_away();
	}
}

Test(reader, does_not_read_another_file)
{
	memcpy(image.data, "udpmilk", 8);
	put_held();
	cr_assert(try_open(path) == -EPROTO);
	cr_assert(strstr(why, "is not a counter segment"), "%s", why);
}

static void put_folder(void)
{
	cr_assert(mkdir(named, 0755) == 0);
}

static void put_pipe(void)
{
	cr_assert(mkfifo(named, 0644) == 0);
}

static void put_link_to_device(void)
{
	cr_assert(symlink("/dev/zero", named) == 0);
}

static void put_socket(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", named);
	segment_fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	cr_assert(bind(segment_fd, (struct sockaddr *)&un, sizeof(un)) == 0);
}

Test(reader, does_not_read_other_kinds_of_files)
{
	static void (*const put[])(void) = {
		put_folder, put_pipe, put_link_to_device, put_socket};

	for (size_t i = 0; i < COUNT(put); i++) {
		int error;

		put[i]();
		error = try_open(named);
		cr_assert(error == -EPROTO, "%zu: %d", i, error);
		cr_assert(strstr(why, "is not a counter segment"), "%s", why);
		cr_assert(remove(named) == 0);
		put_away();
	}
}

/* To open a device may start what it does: a watchdog, a tape. */
Test(reader, does_not_open_other_kinds_of_files)
{
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char event[512];

	put_pipe();
	cr_assert(watch >= 0);
	cr_assert(inotify_add_watch(watch, named, IN_OPEN) >= 0);
	cr_assert(try_open(named) == -EPROTO);
	cr_assert(read(watch, event, sizeof(event)) == -1 && errno == EAGAIN);
	close(watch);
}

Test(reader, of_a_server_that_went_shows_its_last_values)
{
	uint64_t values[2 * SEGMENT_USUAL_COUNTERS] = {0};

	open_held();
	cr_assert(flock(segment_fd, LOCK_UN) == 0);
	cr_assert(reader_snapshot(reader, values) == -ESRCH);
	cr_assert(values[0] == segment_value(0, "rx_datagrams"));
}

Test(reader, survives_a_file_cut_short_under_it)
{
	uint64_t values[2 * SEGMENT_USUAL_COUNTERS];

	open_held();
	for (uint64_t n = image.bytes - 64; n > 0; n /= 2) {
		cr_assert(ftruncate(segment_fd, (off_t)n) == 0);
		cr_assert(reader_snapshot(reader, values) == -EPROTO);
	}
}

/* The last endpoint lies where 32 bits have wrapped to the file's start. */
Test(reader, finds_endpoints_beyond_four_gigabytes)
{
	uint64_t at = UINT32_MAX - SEGMENT_ENDPOINT + 1;
	const struct reader_about *a;
	union address last;

	put_held();
	image.header.endpoint_offset = (uint32_t)at;
	image.header.bytes = at + 2 * SEGMENT_ENDPOINT;
	cr_assert(ftruncate(segment_fd, (off_t)image.header.bytes) == 0);
	cr_assert(pwrite(segment_fd, "127.0.0.1:3001", 15, (off_t)at) == 15);
	cr_assert(pwrite(segment_fd, "127.0.0.1:3002", 15,
			  (off_t)at + SEGMENT_ENDPOINT) == 15);
	cr_assert(pwrite(segment_fd, &image.header, sizeof(image.header), 0) ==
		  sizeof(image.header));
	cr_assert(try_open(path) == 0, "%s", why);
	a = reader_about(reader);
	cr_assert(address_parse(&last, "127.0.0.1:3002") == 0);
	cr_assert(address_equal(&a->endpoints[1], &last));
}

Test(reader, closed_is_legal_on_null)
{
	reader_close(NULL);
}
