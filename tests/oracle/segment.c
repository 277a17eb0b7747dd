/* SPDX-License-Identifier: MIT */
#include "oracle/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define CONFIG "{\"service\":\"echo\"}"

static const struct segment_counter counters[SEGMENT_USUAL_COUNTERS] = {
	{"rx_datagrams", "datagrams", "datagrams received", 0, 0},
	{"socket_queue_bytes", "bytes", "receive memory in use now", 1, 0},
	{"n2", "things", "not known to this build; harmless", 0, 0},
};

static const char *const endpoints[] = {
	"127.0.0.1:3001", "[2001:db8::1]:3002", NULL};

const struct segment_plan segment_usual = {
	.counters = counters,
	.counter_count = SEGMENT_USUAL_COUNTERS,
	.counter_stride = sizeof(struct segment_counter),
	.workers = 2,
	.endpoints = endpoints,
	.started_ns = 1700000000000000000u,
	.pid = 4711,
};

static void need(bool condition)
{
	if (!condition)
		abort();
}

static struct segment_plan complete(const struct segment_plan *plan)
{
	const struct segment_plan *u = &segment_usual;
	struct segment_plan p = plan ? *plan : *u;

	if (!p.counters) {
		p.counters = u->counters;
		p.counter_count = u->counter_count;
	}
	p.counter_stride =
		p.counter_stride ? p.counter_stride : u->counter_stride;
	p.workers = p.workers ? p.workers : u->workers;
	p.worker_stride = p.worker_stride ? p.worker_stride
					  : (p.counter_count * 8 + 63) & ~63u;
	p.endpoints = p.endpoints ? p.endpoints : u->endpoints;
	p.started_ns = p.started_ns ? p.started_ns : u->started_ns;
	p.pid = p.pid ? p.pid : u->pid;
	return p;
}

static uint32_t take(struct segment_image *image, uint64_t bytes)
{
	size_t at = (image->bytes + 63) & ~(size_t)63;

	need(at + bytes <= SEGMENT_IMAGE);
	image->bytes = at + bytes;
	return (uint32_t)at;
}

static void fill(struct segment_image *image, const struct segment_plan *p)
{
	struct segment_header *h = &image->header;

	memcpy(image->data + h->config_offset, CONFIG, sizeof(CONFIG));
	for (uint32_t i = 0; i < h->endpoint_count; i++)
		strcpy(segment_endpoint(image, i)->text, p->endpoints[i]);
	for (uint32_t i = 0; i < h->counter_count; i++)
		memcpy(image->data + h->counter_offset +
				(size_t)i * h->counter_stride,
			&p->counters[i], sizeof(p->counters[i]));
	for (uint32_t w = 0; w < h->worker_count; w++)
		for (uint32_t i = 0; i < h->counter_count; i++) {
			uint64_t v = segment_value(w, p->counters[i].name);

			memcpy(image->data + h->worker_offset +
					w * h->worker_stride + 8 * i,
				&v, sizeof(v));
		}
}

void segment_make(struct segment_image *image, const struct segment_plan *plan)
{
	struct segment_plan p = complete(plan);
	struct segment_header *h = &image->header;

	memset(image, 0, sizeof(*image));
	*h = (struct segment_header){
		.magic = SEGMENT_MAGIC,
		.layout = SEGMENT_LAYOUT,
		.ready = 1,
		.started_ns = p.started_ns,
		.netns = 4026531840,
		.pid = p.pid,
		.config_bytes = sizeof(CONFIG),
		.counter_count = p.counter_count,
		.counter_stride = p.counter_stride,
		.worker_count = p.workers,
		.worker_stride = p.worker_stride,
		.version = "9.8.7",
		.service = "echo",
		.backend = "mem",
	};
	while (p.endpoints[h->endpoint_count])
		h->endpoint_count++;
	image->bytes = sizeof(*h);
	h->config_offset = take(image, h->config_bytes);
	h->endpoint_offset =
		take(image, (uint64_t)h->endpoint_count * SEGMENT_ENDPOINT);
	h->counter_offset =
		take(image, (uint64_t)h->counter_count * h->counter_stride);
	h->worker_offset =
		take(image, (uint64_t)h->worker_count * h->worker_stride);
	h->bytes = image->bytes;
	fill(image, &p);
}

uint64_t segment_value(uint32_t worker, const char *name)
{
	uint64_t hash = 14695981039346656037u + worker;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 1099511628211u;
	return hash;
}

struct segment_endpoint *segment_endpoint(
	struct segment_image *image, uint32_t index)
{
	return (void *)(image->data + image->header.endpoint_offset +
			(size_t)index * SEGMENT_ENDPOINT);
}

struct segment_counter *segment_counter(
	struct segment_image *image, uint32_t index)
{
	return (void *)(image->data + image->header.counter_offset +
			(size_t)index * image->header.counter_stride);
}

int segment_put(const char *path, const void *data, size_t bytes)
{
	int fd = path ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)
		      : memfd_create("segment", MFD_CLOEXEC);

	need(fd >= 0);
	need(write(fd, data, bytes) == (ssize_t)bytes);
	return fd;
}

void segment_hold(int fd)
{
	need(flock(fd, LOCK_EX | LOCK_NB) == 0);
}

const char *segment_path(int fd, char path[SEGMENT_PATH])
{
	snprintf(path, SEGMENT_PATH, "/proc/self/fd/%d", fd);
	return path;
}

static bool printable(const char *text, size_t room)
{
	size_t n = strlen(text);

	if (n >= room)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static const char *about_fault(const struct reader_about *a)
{
	if (!a->path)
		return "no path";
	if (a->pid <= 0)
		return "no pid";
	if (!printable(a->version, 32) || !printable(a->service, 16) ||
		!printable(a->backend, 16))
		return "a name that cannot be printed";
	if (!printable(a->config, SIZE_MAX))
		return "options that cannot be printed";
	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (address_length(&a->endpoints[i]) == 0)
			return "an endpoint without a family";
	return NULL;
}

static const char *counter_fault(const struct reader *r, uint32_t i)
{
	const struct counter_description *d = reader_counter(r, i);
	const char *rest = "abcdefghijklmnopqrstuvwxyz0123456789_";

	if (d->name[0] < 'a' || d->name[0] > 'z' ||
		d->name[strspn(d->name, rest)] || strlen(d->name) >= 40)
		return "a counter's name that is no metric's";
	if (!printable(d->unit, 16) || !printable(d->help, 192))
		return "a counter's text that cannot be printed";
	if (d->kind != COUNTER_KIND_COUNTER && d->kind != COUNTER_KIND_GAUGE)
		return "a counter of no kind";
	if (reader_index(r, d->name) != (int)i)
		return "a counter that its name does not find";
	return NULL;
}

static const char *values_fault(struct reader *r)
{
	const struct reader_about *a = reader_about(r);
	size_t n = (size_t)a->worker_count * a->counter_count;
	uint64_t *values = malloc(n ? n * sizeof(*values) : 1);
	int error;

	need(values);
	error = reader_snapshot(r, values);
	for (uint32_t i = 0; !error && i < a->counter_count; i++) {
		uint64_t sum = 0;

		for (uint32_t w = 0; w < a->worker_count; w++)
			sum += values[(size_t)w * a->counter_count + i];
		if (sum != reader_sum(r, values, i))
			error = -EDOM;
	}
	free(values);
	return error == -EDOM ? "a sum that is none"
	       : error        ? "a snapshot that fails"
			      : NULL;
}

const char *segment_fault(struct reader *r)
{
	const char *fault = about_fault(reader_about(r));

	for (uint32_t i = 0; !fault && i < reader_about(r)->counter_count; i++)
		fault = counter_fault(r, i);
	return fault ? fault : values_fault(r);
}
