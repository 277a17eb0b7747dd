/* SPDX-License-Identifier: MIT */
/*
 * Anybody may put a file into the registry: whatever is in it, the reader
 * either reports it as damaged or gives answers that its callers can rely on.
 */
#include "export/reader.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct segment_image image;
static struct reader *reader;
static int fd = -1;
static char path[SEGMENT_PATH];
static char why[256];

static void set_up(void)
{
	segment_make(&image, NULL);
	fd = segment_put(NULL, image.data, image.bytes);
	segment_hold(fd);
	segment_path(fd, path);
}

static void tear_down(void)
{
	reader_close(reader);
	close(fd);
}

TestSuite(damage, .init = set_up, .fini = tear_down);

static int try_open(void)
{
	reader = NULL;
	memset(why, 0, sizeof(why));
	return reader_open(&reader, path, why, sizeof(why));
}

static void write_image(void)
{
	cr_assert(
		pwrite(fd, image.data, image.bytes, 0) == (ssize_t)image.bytes);
}

/* Of the image as it is now; and the next one is whole again. */
static void check_refused(const char *what)
{
	int error;

	write_image();
	error = try_open();
	cr_assert(error == -EPROTO, "%s: %d", what, error);
	cr_assert(strstr(why, path) && strstr(why, "damaged"), "%s: %s", what,
		why);
	cr_assert(reader == NULL);
	segment_make(&image, NULL);
}

static void check_taken(const char *what)
{
	int error;
	const char *fault;

	write_image();
	error = try_open();
	cr_assert(error == 0, "%s: %s", what, why);
	fault = segment_fault(reader);
	cr_assert(!fault, "%s: %s", what, fault);
	reader_close(reader);
	reader = NULL;
	segment_make(&image, NULL);
}

#define FIELD(name) #name, offsetof(struct segment_header, name)

/* The usual segment has 1344 bytes: 2 endpoints, 3 counters, 2 workers. */
Test(damage, of_a_number_of_32_bits_is_seen)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
	} cases[] = {
		{FIELD(pid), 0},
		{FIELD(pid), (uint32_t)-1},
		{FIELD(pid), 1u << 31},
		/* in the header, at the end, beyond it, beyond all files */
		{FIELD(config_offset), 0},
		{FIELD(config_offset), sizeof(struct segment_header) - 1},
		{FIELD(config_offset), 1344},
		{FIELD(config_offset), UINT32_MAX},
		{FIELD(config_bytes), 0},
		{FIELD(config_bytes), 1},
		{FIELD(config_bytes), 1344},
		{FIELD(config_bytes), UINT32_MAX},
		{FIELD(endpoint_offset), 0},
		{FIELD(endpoint_offset), sizeof(struct segment_header) - 1},
		{FIELD(endpoint_offset), 1344 - SEGMENT_ENDPOINT},
		{FIELD(endpoint_offset), UINT32_MAX},
		{FIELD(endpoint_count), 3},
		{FIELD(endpoint_count), 1025},
		{FIELD(endpoint_count), UINT32_MAX / SEGMENT_ENDPOINT + 1},
		{FIELD(endpoint_count), UINT32_MAX},
		{FIELD(counter_offset), 0},
		{FIELD(counter_offset), sizeof(struct segment_header) - 1},
		{FIELD(counter_offset), 1344 - 3 * 256 + 1},
		{FIELD(counter_offset), UINT32_MAX},
		{FIELD(counter_count), 4},
		{FIELD(counter_count), 8},
		{FIELD(counter_count), 1025},
		{FIELD(counter_count), 1u << 24},
		{FIELD(counter_count), UINT32_MAX},
		{FIELD(counter_stride), 0},
		{FIELD(counter_stride), sizeof(struct segment_counter) - 1},
		{FIELD(counter_stride), 1344 / 3},
		{FIELD(counter_stride), 1u << 31},
		{FIELD(counter_stride), UINT32_MAX},
		{FIELD(worker_offset), 0},
		{FIELD(worker_offset), sizeof(struct segment_header) - 8},
		{FIELD(worker_offset), 1344 - 2 * 64 - 4},
		{FIELD(worker_offset), 1344 - 2 * 64 + 8},
		{FIELD(worker_offset), UINT32_MAX - 7},
		{FIELD(worker_count), 3},
		{FIELD(worker_count), 4097},
		{FIELD(worker_count), 1u << 26},
		{FIELD(worker_count), UINT32_MAX},
		{FIELD(worker_stride), 0},
		{FIELD(worker_stride), 16},
		{FIELD(worker_stride), 28},
		{FIELD(worker_stride), 72},
		{FIELD(worker_stride), 1u << 31},
		{FIELD(worker_stride), UINT32_MAX - 7},
	};

	cr_assert(image.bytes == 1344, "%zu", image.bytes);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char what[64];

		snprintf(what, sizeof(what), "%s %u", cases[i].name,
			cases[i].value);
		memcpy(image.data + cases[i].at, &cases[i].value, 4);
		check_refused(what);
	}
}

Test(damage, of_the_size_is_seen)
{
	static const uint64_t sizes[] = {
		0, 151, 1343, 1345, 1ull << 32, 1ull << 63, UINT64_MAX};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		image.header.bytes = sizes[i];
		check_refused("bytes");
	}
}

/* A text that does not end, or would steer a terminal. */
static void check_text(char *text, size_t room, const char *what)
{
	static const char bad[] = {
		0x1b, '\n', 0x1f, 0x7f, (char)0x80, (char)0x9b, (char)0xff};
	size_t at = (size_t)(text - (char *)image.data);

	for (size_t i = 0; i < COUNT(bad); i++) {
		image.data[at] = (uint8_t)bad[i];
		check_refused(what);
	}
	memset(image.data + at, 'a', room);
	check_refused(what);
}

Test(damage, of_a_text_is_seen)
{
	struct segment_header *h = &image.header;

	check_text(h->version, sizeof(h->version), "version");
	check_text(h->service, sizeof(h->service), "service");
	check_text(h->backend, sizeof(h->backend), "backend");
	check_text((char *)image.data + h->config_offset, h->config_bytes,
		"config");
	for (uint32_t i = 0; i < SEGMENT_USUAL_COUNTERS; i++) {
		struct segment_counter *c = segment_counter(&image, i);

		check_text(c->name, sizeof(c->name), "name");
		check_text(c->unit, sizeof(c->unit), "unit");
		check_text(c->help, sizeof(c->help), "help");
	}
}

Test(damage, of_an_endpoint_is_seen)
{
	static const char *const cases[] = {"", "127.0.0.1", ":3001",
		"localhost:3001", "127.0.0.1:65536", "127.0.0.1:3001 ",
		"::1:3001x", "[::1]", "[::1:3001", "(no address)"};

	for (size_t i = 0; i < COUNT(cases); i++)
		for (uint32_t k = 0; k < 2; k++) {
			struct segment_endpoint *e =
				segment_endpoint(&image, k);

			memset(e, 0, sizeof(*e));
			strcpy(e->text, cases[i]);
			check_refused(cases[i]);
		}
	check_text(segment_endpoint(&image, 1)->text, SEGMENT_ENDPOINT,
		"endpoint");
}

static void name(uint32_t index, const char *text)
{
	struct segment_counter *c = segment_counter(&image, index);

	memset(c->name, 0, sizeof(c->name));
	memcpy(c->name, text, strlen(text));
}

/* They become the names of metrics. */
Test(damage, of_a_counters_name_is_seen)
{
	static const char *const cases[] = {"", "2n", "_n", "Rx", "rX",
		"rx-bytes", "rx bytes", " rx", "rx ", "rx.bytes", "rx:bytes",
		"rx{worker=\"1\"}", "rx`", "rx/", "{", "rx@"};

	for (size_t i = 0; i < COUNT(cases); i++)
		for (uint32_t k = 0; k < SEGMENT_USUAL_COUNTERS; k++) {
			name(k, cases[i]);
			check_refused(cases[i]);
		}
}

Test(damage, of_a_counters_name_is_not_seen_in_good_ones)
{
	static const char *const cases[] = {"a", "z", "a_", "a0123456789",
		"abcdefghijklmnopqrstuvwxyz__",
		"z23456789_123456789_123456789_123456789"};

	for (size_t i = 0; i < COUNT(cases); i++) {
		name(1, cases[i]);
		check_taken(cases[i]);
	}
}

Test(damage, of_two_counters_with_one_name_is_seen)
{
	name(2, segment_usual.counters[0].name);
	check_refused("third as the first");
	name(0, segment_usual.counters[1].name);
	check_refused("first as the second");
}

Test(damage, of_a_counters_kind_is_seen)
{
	static const uint32_t kinds[] = {2, 1u << 31, UINT32_MAX};

	for (size_t i = 0; i < COUNT(kinds); i++)
		for (uint32_t k = 0; k < SEGMENT_USUAL_COUNTERS; k++) {
			segment_counter(&image, k)->kind = kinds[i];
			check_refused("kind");
		}
}

/* With a short stride the table ends before its last entry does. */
Test(damage, of_a_lone_counters_place_is_seen)
{
	static const uint32_t strides[] = {0, 8, 255};
	struct segment_plan plan = segment_usual;

	plan.counter_count = 1;
	for (size_t i = 0; i < COUNT(strides); i++) {
		segment_make(&image, &plan);
		image.header.counter_stride = strides[i];
		check_refused("counter_stride");
	}
}

/* Sound one by one, and too many to be looked at once a second. */
Test(damage, of_more_counters_than_anybody_has_is_seen)
{
	struct segment_counter c = {.unit = "things", .help = "too many"};
	struct segment_header *h = &image.header;
	off_t end = (off_t)image.bytes;

	h->counter_offset = (uint32_t)end;
	for (int i = 0; i < 1025; i++, end += sizeof(c)) {
		snprintf(c.name, sizeof(c.name), "n%d", i);
		cr_assert(pwrite(fd, &c, sizeof(c), end) == sizeof(c));
	}
	h->worker_offset = (uint32_t)end;
	h->worker_stride = 1025 * 8;
	h->bytes = (uint64_t)end + h->worker_count * h->worker_stride;
	cr_assert(ftruncate(fd, (off_t)h->bytes) == 0);
	h->counter_count = 1024;
	write_image();
	cr_assert(try_open() == 0, "%s", why);
	cr_assert(segment_fault(reader) == NULL);
	reader_close(reader);
	h->counter_count = 1025;
	check_refused("counter_count");
}

/* Of nothing else is a claim made: a later build may use it. */
Test(damage, of_unused_bytes_is_ignored)
{
	segment_counter(&image, 0)->reserved = UINT32_MAX;
	check_taken("reserved");
	memset(image.header.service + 6, 0xff,
		sizeof(image.header.service) - 6);
	check_taken("behind a text");
	image.header.netns = UINT64_MAX;
	image.header.started_ns = UINT64_MAX;
	check_taken("what any number may be");
}

/* Whatever one byte becomes: refused, or sound. */
Test(damage, of_any_byte_is_seen_or_harmless)
{
	for (size_t at = 0; at < image.bytes; at++)
		for (int k = 0; k < 10; k++) {
			uint8_t good = image.data[at];
			uint8_t bad = k < 8    ? good ^ (uint8_t)(1u << k)
				      : k == 8 ? 0
					       : 0xff;
			const char *fault;
			int error;

			cr_assert(pwrite(fd, &bad, 1, (off_t)at) == 1);
			error = try_open();
			cr_assert(error == 0 || error == -EPROTO ||
					  (error == -EAGAIN && bad == 0),
				"%zu, %u: %d", at, bad, error);
			fault = error ? NULL : segment_fault(reader);
			cr_assert(!fault, "%zu, %u: %s", at, bad, fault);
			reader_close(reader);
			reader = NULL;
			cr_assert(pwrite(fd, &good, 1, (off_t)at) == 1);
		}
}

Test(damage, of_a_truncated_file_is_seen)
{
	for (size_t n = image.bytes; n-- > 0;) {
		int error;

		cr_assert(ftruncate(fd, (off_t)n) == 0);
		error = try_open();
		cr_assert(error == -EPROTO, "%zu: %d", n, error);
	}
}

/* Tables over each other, and over all there is, say what they say. */
Test(damage, of_tables_that_overlap_is_harmless)
{
	image.header.worker_offset = image.header.config_offset;
	check_taken("workers at the options");
	image.header.config_offset = image.header.counter_offset;
	image.header.config_bytes = sizeof(struct segment_counter);
	check_taken("options at the counters");
}
