/* SPDX-License-Identifier: MIT */
/* The reader reads what the writer wrote. */
#include "export/reader.h"
#include "export/registry.h"
#include "export/writer.h"

#include "core/clock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORKERS      3

static const char *const endpoints[] = {"127.0.0.1:3001", "0.0.0.0:3002",
	"[::]:3003", "[2001:db8::1]:3004", "[::ffff:192.0.2.1]:3005",
	"[fe80::1%lo]:3006", "[fe80::1%4294967295]:0"};

static union address bound[COUNT(endpoints)];
static struct writer *writer;
static struct reader *reader;
static uint64_t values[WORKERS * COUNTER_COUNT];

static void open_both(void)
{
	struct writer_config config = {
		.version = "1.2.3",
		.service = "echo",
		.backend = "mem",
		.config = "{\"key\": \"value\"}",
		.endpoints = bound,
		.endpoint_count = COUNT(endpoints),
		.workers = WORKERS,
	};
	char why[256];

	for (size_t i = 0; i < COUNT(endpoints); i++)
		cr_assert(address_parse(&bound[i], endpoints[i]) == 0, "%s",
			endpoints[i]);
	cr_assert(writer_open(&writer, &config, why, sizeof(why)) == 0, "%s",
		why);
	writer_ready(writer);
	cr_assert(reader_open(&reader, writer_path(writer), why, sizeof(why)) ==
			  0,
		"%s", why);
}

static void close_both(void)
{
	reader_close(reader);
	writer_close(writer);
}

TestSuite(roundtrip, .init = open_both, .fini = close_both);

Test(roundtrip, tells_who_serves)
{
	const struct reader_about *a = reader_about(reader);

	cr_assert_str_eq(a->version, "1.2.3");
	cr_assert_str_eq(a->service, "echo");
	cr_assert_str_eq(a->backend, "mem");
	cr_assert_str_eq(a->path, writer_path(writer));
	cr_assert(a->pid == getpid());
	cr_assert(a->worker_count == WORKERS);
}

Test(roundtrip, tells_since_when)
{
	uint64_t started_ns = reader_about(reader)->started_ns;
	uint64_t now_ns = clock_wall_ns();

	cr_assert(started_ns <= now_ns);
	cr_assert(started_ns > now_ns - 600000000000u);
}

Test(roundtrip, tells_in_which_namespace)
{
	struct stat st;

	cr_assert(stat("/proc/self/ns/net", &st) == 0);
	cr_assert(reader_about(reader)->netns == st.st_ino);
}

Test(roundtrip, keeps_the_options)
{
	cr_assert_str_eq(reader_about(reader)->config, "{\"key\": \"value\"}");
}

Test(roundtrip, keeps_every_endpoint)
{
	const struct reader_about *a = reader_about(reader);

	cr_assert(a->endpoint_count == COUNT(endpoints));
	for (size_t i = 0; i < COUNT(endpoints); i++)
		cr_assert(address_equal(&a->endpoints[i], &bound[i]), "%s",
			endpoints[i]);
}

Test(roundtrip, describes_every_counter)
{
	cr_assert(reader_about(reader)->counter_count == COUNTER_COUNT);
	for (uint32_t i = 0; i < COUNTER_COUNT; i++) {
		const struct counter_description *d = reader_counter(reader, i);

		cr_assert_str_eq(d->name, counter_table[i].name);
		cr_assert_str_eq(d->unit, counter_table[i].unit);
		cr_assert_str_eq(d->help, counter_table[i].help);
		cr_assert(d->kind == counter_table[i].kind, "%s", d->name);
	}
}

Test(roundtrip, finds_each_counter_by_its_name)
{
	for (int i = 0; i < COUNTER_COUNT; i++)
		cr_assert(reader_index(reader, counter_table[i].name) == i,
			"%s", counter_table[i].name);
	cr_assert(reader_index(reader, "rx_datagram") == -ENOENT);
	cr_assert(reader_index(reader, "") == -ENOENT);
}

/* Another value for each counter of each worker. */
static uint64_t value(uint32_t worker, uint32_t counter)
{
	return (uint64_t)(worker + 1) << 40 | (counter + 1);
}

static void count(void)
{
	for (uint32_t w = 0; w < WORKERS; w++)
		for (uint32_t i = 0; i < COUNTER_COUNT; i++)
			counter_set(writer_worker(writer, w),
				(enum counter_id)i, value(w, i));
}

static void check_values(void)
{
	for (uint32_t w = 0; w < WORKERS; w++)
		for (uint32_t i = 0; i < COUNTER_COUNT; i++)
			cr_assert(values[w * COUNTER_COUNT + i] == value(w, i),
				"%s of worker %u", counter_table[i].name, w);
}

Test(roundtrip, begins_with_zeros)
{
	memset(values, 0xff, sizeof(values));
	cr_assert(reader_snapshot(reader, values) == 0);
	for (size_t i = 0; i < COUNT(values); i++)
		cr_assert(values[i] == 0, "%zu", i);
}

Test(roundtrip, shows_each_workers_values)
{
	count();
	cr_assert(reader_snapshot(reader, values) == 0);
	check_values();
}

Test(roundtrip, shows_what_was_counted_since)
{
	cr_assert(reader_snapshot(reader, values) == 0);
	counter_add(writer_worker(writer, 1), COUNTER_RX_BYTES, 7);
	cr_assert(values[COUNTER_COUNT + COUNTER_RX_BYTES] == 0);
	cr_assert(reader_snapshot(reader, values) == 0);
	cr_assert(values[COUNTER_COUNT + COUNTER_RX_BYTES] == 7);
}

Test(roundtrip, sums_a_counter_over_the_workers)
{
	count();
	cr_assert(reader_snapshot(reader, values) == 0);
	for (uint32_t i = 0; i < COUNTER_COUNT; i++)
		cr_assert(reader_sum(reader, values, i) ==
				  value(0, i) + value(1, i) + value(2, i),
			"%s", counter_table[i].name);
}

Test(roundtrip, shows_the_last_values_of_a_server_that_has_gone)
{
	count();
	writer_close(writer);
	writer = NULL;
	cr_assert(reader_snapshot(reader, values) == -ESRCH);
	check_values();
	cr_assert_str_eq(reader_about(reader)->service, "echo");
}

Test(roundtrip, is_found_by_the_pid)
{
	struct reader_list list;

	cr_assert(reader_list_open_in(&list, SEGMENT_DIR, getpid()) == 0);
	cr_assert(list.count == 1);
	cr_assert(reader_about(list.readers[0])->pid == getpid());
	reader_list_close(&list);
}
