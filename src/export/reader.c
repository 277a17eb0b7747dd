/* SPDX-License-Identifier: MIT */
#include "export/reader.h"

#include "export/segment.h"
#include "export/sound.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_SEGMENT "is no counter segment"
#define DAMAGED    "is a damaged counter segment"

struct reader {
	int fd;
	dev_t device;
	ino_t inode;
	struct segment_header header;
	struct reader_about about;
	char *path, *config;
	union address *endpoints;
	struct segment_counter *texts;
	struct counter_description *counters;
};

static int fail(char *why, size_t why_bytes, int error, const char *path,
	const char *what)
{
	snprintf(why, why_bytes, "%s: %s", path, what);
	return error;
}

/* All of it, or -errno; a file that ends early is no segment. */
static int read_at(int fd, void *out, size_t bytes, uint64_t offset)
{
	while (bytes > 0) {
		ssize_t n = pread(fd, out, bytes, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EPROTO;
		out = (char *)out + n;
		offset += (uint64_t)n;
		bytes -= (size_t)n;
	}
	return 0;
}

static int read_header(struct reader *r, char *why, size_t why_bytes)
{
	struct stat st;

	if (fstat(r->fd, &st))
		return fail(why, why_bytes, -errno, r->path, strerror(errno));
	r->device = st.st_dev;
	r->inode = st.st_ino;
	if (read_at(r->fd, &r->header, sizeof(r->header), 0) ||
		memcmp(r->header.magic, SEGMENT_MAGIC, 8) != 0)
		return fail(why, why_bytes, -EPROTO, r->path, NO_SEGMENT);
	if (r->header.layout != SEGMENT_LAYOUT)
		return fail(why, why_bytes, -EPROTO, r->path,
			"is of another layout than this build reads");
	if (!segment_is_held(r->fd))
		return fail(why, why_bytes, -ESRCH, r->path,
			"is left over from a server that is gone");
	if (!r->header.ready)
		return fail(why, why_bytes, -EAGAIN, r->path,
			"its server is starting");
	if (!sound_header(&r->header, (uint64_t)st.st_size))
		return fail(why, why_bytes, -EPROTO, r->path, DAMAGED);
	return 0;
}

static int read_endpoints(struct reader *r)
{
	uint32_t n = r->header.endpoint_count;
	char text[SEGMENT_ENDPOINT];

	r->endpoints = calloc(n + 1, sizeof(*r->endpoints));
	if (!r->endpoints)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		int error = read_at(r->fd, text, sizeof(text),
			r->header.endpoint_offset +
				(uint64_t)i * SEGMENT_ENDPOINT);

		if (error)
			return error;
		if (!sound_text(text, sizeof(text)) ||
			address_parse(&r->endpoints[i], text))
			return -EPROTO;
	}
	return 0;
}

/* So that what a name finds is the only one, here and in a metrics' database.
 */
static bool is_new(const struct reader *r, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (strcmp(r->texts[i].name, r->texts[index].name) == 0)
			return false;
	return true;
}

static int read_counters(struct reader *r)
{
	uint32_t n = r->header.counter_count;

	r->texts = calloc(n + 1, sizeof(*r->texts));
	r->counters = calloc(n + 1, sizeof(*r->counters));
	if (!r->texts || !r->counters)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct segment_counter *t = &r->texts[i];
		int error = read_at(r->fd, t, sizeof(*t),
			r->header.counter_offset +
				(uint64_t)i * r->header.counter_stride);

		if (error)
			return error;
		if (!sound_counter(t) || !is_new(r, i))
			return -EPROTO;
		r->counters[i] = (struct counter_description){
			t->name, t->unit, t->help, (enum counter_kind)t->kind};
	}
	return 0;
}

static int read_config(struct reader *r)
{
	uint32_t n = r->header.config_bytes;
	int error;

	r->config = malloc(n);
	if (!r->config)
		return -ENOMEM;
	error = read_at(r->fd, r->config, n, r->header.config_offset);
	if (!error && !sound_text(r->config, n))
		error = -EPROTO;
	return error;
}

static int read_tables(struct reader *r)
{
	int error = read_config(r);

	if (!error)
		error = read_endpoints(r);
	if (!error)
		error = read_counters(r);
	if (error)
		return error;
	r->about = (struct reader_about){
		.path = r->path,
		.version = r->header.version,
		.service = r->header.service,
		.backend = r->header.backend,
		.config = r->config,
		.pid = r->header.pid,
		.started_ns = r->header.started_ns,
		.netns = r->header.netns,
		.endpoints = r->endpoints,
		.endpoint_count = r->header.endpoint_count,
		.worker_count = r->header.worker_count,
		.counter_count = r->header.counter_count,
	};
	return 0;
}

static int open_file(struct reader *r, char *why, size_t why_bytes)
{
	int error;

	r->fd = segment_open(r->path);
	if (r->fd == -EPROTO)
		return fail(why, why_bytes, r->fd, r->path, NO_SEGMENT);
	if (r->fd < 0)
		return fail(why, why_bytes, r->fd, r->path, strerror(-r->fd));
	error = read_header(r, why, why_bytes);
	if (error)
		return error;
	error = read_tables(r);
	if (error == -EPROTO)
		return fail(why, why_bytes, error, r->path, DAMAGED);
	if (error)
		return fail(why, why_bytes, error, r->path, strerror(-error));
	return 0;
}

int reader_open(
	struct reader **out, const char *path, char *why, size_t why_bytes)
{
	struct reader *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return fail(why, why_bytes, -ENOMEM, path, strerror(ENOMEM));
	r->fd = -1;
	r->path = strdup(path);
	error = r->path ? open_file(r, why, why_bytes)
			: fail(why, why_bytes, -ENOMEM, path, strerror(ENOMEM));
	if (error) {
		reader_close(r);
		return error;
	}
	*out = r;
	return 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	free(r->config);
	free(r->endpoints);
	free(r->texts);
	free(r->counters);
	free(r);
}

bool reader_same(const struct reader *a, const struct reader *b)
{
	return a->device == b->device && a->inode == b->inode;
}

const struct reader_about *reader_about(const struct reader *r)
{
	return &r->about;
}

const struct counter_description *reader_counter(
	const struct reader *r, uint32_t index)
{
	return &r->counters[index];
}

int reader_index(const struct reader *r, const char *name)
{
	for (uint32_t i = 0; i < r->header.counter_count; i++)
		if (strcmp(r->counters[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

int reader_snapshot(struct reader *r, uint64_t *values)
{
	size_t row = r->header.counter_count;

	for (uint32_t i = 0; i < r->header.worker_count; i++) {
		int error =
			read_at(r->fd, values + i * row, row * sizeof(*values),
				r->header.worker_offset +
					(uint64_t)i * r->header.worker_stride);

		if (error)
			return error;
	}
	return segment_is_held(r->fd) ? 0 : -ESRCH;
}

uint64_t reader_sum(
	const struct reader *r, const uint64_t *values, uint32_t index)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < r->header.worker_count; i++)
		sum += values[(size_t)i * r->header.counter_count + index];
	return sum;
}
