/* SPDX-License-Identifier: MIT */
#include "export/reader.h"

#include "export/reader_state.h"
#include "export/segment_valid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_SEGMENT "is not a counter segment"
#define DAMAGED    "is a damaged counter segment"

static int fail(char *why, size_t why_bytes, int error, const char *path,
	const char *what)
{
	snprintf(why, why_bytes, "%s: %s", path, what);
	return error;
}

/* Reads exactly bytes; 0 or -errno. A file that ends early is no segment. */
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

static int read_header(int fd, const char *path, struct segment_header *h,
	uint64_t file_bytes, char *why, size_t why_bytes)
{
	int error = read_at(fd, h, sizeof(*h), 0);

	if (error && error != -EPROTO)
		return fail(why, why_bytes, error, path, strerror(-error));
	if (error || memcmp(h->magic, SEGMENT_MAGIC, 8) != 0)
		return fail(why, why_bytes, -EPROTO, path, NO_SEGMENT);
	if (h->layout != SEGMENT_LAYOUT)
		return fail(why, why_bytes, -EPROTO, path,
			"has another layout than this build reads");
	if (!segment_is_held(fd))
		return fail(why, why_bytes, -ESRCH, path,
			"is left over from a server that is gone");
	if (!h->ready)
		return fail(why, why_bytes, -EAGAIN, path,
			"its server is starting; try again in a moment");
	if (!segment_valid_header(h, file_bytes))
		return fail(why, why_bytes, -EPROTO, path, DAMAGED);
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
		if (!segment_valid_text(text, sizeof(text)) ||
			address_parse(&r->endpoints[i], text))
			return -EPROTO;
	}
	return 0;
}

/* Names must be unique, here and in a metrics database. */
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
		if (!segment_valid_counter(t) || !is_new(r, i))
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
	if (!error && !segment_valid_text(r->config, n))
		error = -EPROTO;
	return error;
}

static void describe(struct reader *r)
{
	r->about = (struct reader_about){
		.path = r->path,
		.version = r->header.version,
		.service = r->header.service,
		.backend = r->header.backend,
		.config = r->config ? r->config : "",
		.pid = r->header.pid,
		.started_ns = r->header.started_ns,
		.netns = r->header.netns,
		.owner = r->owner,
		.endpoints = r->endpoints,
		.endpoint_count = r->header.endpoint_count,
		.worker_count = r->header.worker_count,
		.counter_count = r->header.counter_count,
	};
}

static int read_part(struct reader *r, enum reader_part part)
{
	switch (part) {
	case READER_ENDPOINTS:
		return read_endpoints(r);
	case READER_CONFIG:
		return read_config(r);
	case READER_COUNTERS:
		return r->counters ? 0 : read_counters(r);
	}
	return -EINVAL;
}

int reader_read(
	struct reader *r, enum reader_part part, char *why, size_t why_bytes)
{
	int error = read_part(r, part);

	describe(r);
	if (error)
		fail(why, why_bytes, error, r->path,
			error == -EPROTO ? DAMAGED : strerror(-error));
	return error;
}

/* Returns the descriptor, or -errno. */
static int open_file(const struct reader *r, struct stat *st,
	struct segment_header *h, char *why, size_t why_bytes)
{
	int fd = r->in_registry ? segment_open_at(AT_FDCWD, r->path, st)
				: segment_open(r->path, st);
	int error;

	if (fd == -EPROTO)
		return fail(why, why_bytes, fd, r->path, NO_SEGMENT);
	if (fd < 0)
		return fail(why, why_bytes, fd, r->path, strerror(-fd));
	error = read_header(
		fd, r->path, h, (uint64_t)st->st_size, why, why_bytes);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int reader_begin(struct reader **out, const char *path, bool in_registry,
	char *why, size_t why_bytes)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct stat st;

	if (!r)
		return fail(why, why_bytes, -ENOMEM, path, strerror(ENOMEM));
	r->fd = -1;
	r->in_registry = in_registry;
	r->path = strdup(path);
	r->fd = r->path ? open_file(r, &st, &r->header, why, why_bytes)
			: fail(why, why_bytes, -ENOMEM, path, strerror(ENOMEM));
	if (r->fd < 0) {
		int error = r->fd;

		reader_close(r);
		return error;
	}
	r->owner = st.st_uid;
	describe(r);
	*out = r;
	return 0;
}

int reader_open(
	struct reader **out, const char *path, char *why, size_t why_bytes)
{
	struct reader *r = NULL;
	int error = reader_begin(&r, path, false, why, why_bytes);

	for (int part = 0; !error && part < READER_PARTS; part++)
		error = reader_read(r, (enum reader_part)part, why, why_bytes);
	if (error)
		reader_close(r);
	else
		*out = r;
	return error;
}

void reader_rest(struct reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

/* Opens the file by its name, which may be another file now: it must belong to
 * the same server and have the same tables. */
static int reopen(struct reader *r, char *why, size_t why_bytes)
{
	struct segment_header h;
	struct stat st;
	int fd = open_file(r, &st, &h, why, why_bytes);

	if (fd < 0)
		return fd;
	if (st.st_uid == r->owner && memcmp(&h, &r->header, sizeof(h)) == 0) {
		reader_rest(r);
		r->fd = fd;
		return 0;
	}
	close(fd);
	return fail(why, why_bytes, -ESRCH, r->path,
		"now belongs to another server");
}

int reader_resume(struct reader *r, char *why, size_t why_bytes)
{
	int error = reopen(r, why, why_bytes);

	return error ? error : reader_read(r, READER_COUNTERS, why, why_bytes);
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

static int read_values(struct reader *r, uint64_t *values)
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
	return 0;
}

int reader_snapshot(struct reader *r, uint64_t *values)
{
	char why[256];
	int error = read_values(r, values);

	if (error || segment_is_held(r->fd))
		return error;
	if (reopen(r, why, sizeof(why)))
		return -ESRCH;
	return read_values(r, values);
}

uint64_t reader_sum(
	const struct reader *r, const uint64_t *values, uint32_t index)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < r->header.worker_count; i++)
		sum += values[(size_t)i * r->header.counter_count + index];
	return sum;
}
