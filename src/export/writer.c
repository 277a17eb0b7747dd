/* SPDX-License-Identifier: MIT */
#include "export/writer.h"

#include "core/clock.h"
#include "export/place.h"
#include "export/segment.h"
#include "export/segment_valid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct writer {
	struct segment_header *header;
	size_t bytes;
	uint8_t *workers;
	struct place place; /* zeroed: memory only */
	struct place next;  /* while it is being recreated */
	int unlisted;
};

static uint32_t align64(uint32_t n)
{
	return (n + 63) & ~63u;
}

/* Whole pages, so that one worker's counters can be moved alone. */
static uint32_t align_page(uint32_t n)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) & ~(page - 1);
}

static struct segment_header plan(const struct writer_config *c)
{
	struct segment_header h = {
		.magic = SEGMENT_MAGIC,
		.layout = SEGMENT_LAYOUT,
		.started_ns = clock_wall_ns(),
		.pid = getpid(),
		.config_offset = align64(sizeof(h)),
		.config_bytes = (uint32_t)strlen(c->config) + 1,
		.endpoint_count = c->endpoint_count,
		.counter_count = COUNTER_COUNT,
		.counter_stride = sizeof(struct segment_counter),
		.worker_count = c->workers,
		.worker_stride = align_page(sizeof(struct counters)),
	};
	struct stat st;

	h.endpoint_offset = align64(h.config_offset + h.config_bytes);
	h.counter_offset = align64(
		h.endpoint_offset + h.endpoint_count * SEGMENT_ENDPOINT);
	h.worker_offset = align_page(
		h.counter_offset + h.counter_count * h.counter_stride);
	h.bytes = h.worker_offset + (uint64_t)h.worker_count * h.worker_stride;
	if (stat("/proc/self/ns/net", &st) == 0)
		h.netns = st.st_ino;
	snprintf(h.version, sizeof(h.version), "%s", c->version);
	snprintf(h.service, sizeof(h.service), "%s", c->service);
	snprintf(h.backend, sizeof(h.backend), "%s", c->backend);
	return h;
}

_Static_assert(SEGMENT_ENDPOINT >= ADDRESS_TEXT, "an endpoint fits");

/* Writes the scope as a number: the interface's name means nothing in another
 * namespace, or once the interface is gone. */
static void write_endpoint(char *at, const union address *a)
{
	union address host = *a;
	char text[ADDRESS_TEXT];

	if (a->sa.sa_family != AF_INET6 || a->in6.sin6_scope_id == 0) {
		address_format(a, at);
		return;
	}
	host.in6.sin6_scope_id = 0;
	snprintf(at, SEGMENT_ENDPOINT, "[%.45s%%%u]:%u",
		address_format_host(&host, text), a->in6.sin6_scope_id,
		address_port(a));
}

static void describe(uint8_t *at, enum counter_id id)
{
	const struct counter_description *d = &counter_table[id];
	struct segment_counter s = {.kind = d->kind};

	snprintf(s.name, sizeof(s.name), "%s", d->name);
	snprintf(s.unit, sizeof(s.unit), "%s", d->unit);
	snprintf(s.help, sizeof(s.help), "%s", d->help);
	memcpy(at, &s, sizeof(s));
}

static void fill(struct writer *w, const struct segment_header *h,
	const struct writer_config *c)
{
	uint8_t *base = (uint8_t *)w->header;

	memcpy(base, h, sizeof(*h));
	memcpy(base + h->config_offset, c->config, h->config_bytes);
	for (uint32_t i = 0; i < h->endpoint_count; i++)
		write_endpoint((char *)base + h->endpoint_offset +
				       (size_t)i * SEGMENT_ENDPOINT,
			&c->endpoints[i]);
	for (uint32_t i = 0; i < COUNTER_COUNT; i++)
		describe(base + h->counter_offset + i * h->counter_stride,
			(enum counter_id)i);
	w->workers = base + h->worker_offset;
}

static int map(struct writer *w, size_t bytes)
{
	bool memory = !w->place.path;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		memory ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED,
		memory ? -1 : w->place.file.fd, 0);

	if (p == MAP_FAILED)
		return -errno;
	w->header = p;
	w->bytes = bytes;
	return 0;
}

/* Refuses to write what readers would not accept. */
static int check(
	const struct segment_header *h, const struct writer_config *config)
{
	if (!segment_valid_header(h, h->bytes))
		return -E2BIG;
	return segment_valid_text(config->config, h->config_bytes) ? 0
								   : -EINVAL;
}

static const char *registry(const struct writer_config *config)
{
	return config->registry ? config->registry : SEGMENT_DIR;
}

/* The file gets its name only when there is something to read. */
static int make(struct writer *w, const struct writer_config *config)
{
	bool memory = config->path && strcmp(config->path, "none") == 0;
	struct segment_header h = plan(config);
	int error = memory ? 0 : check(&h, config);

	if (!error && !memory)
		error = place_init(
			&w->place, registry(config), config->path, h.bytes);
	if (!error)
		error = map(w, h.bytes);
	if (error)
		return error;
	fill(w, &h, config);
	if (memory)
		return 0;
	error = place_publish(&w->place);
	if (!error)
		w->unlisted = place_register(&w->place);
	return error;
}

static const char *where(
	const struct writer *w, const struct writer_config *config)
{
	if (w && w->place.path)
		return w->place.path;
	return config->path ? config->path : registry(config);
}

static const char *reason(
	int error, const struct writer_config *config, const char *path)
{
	if (error == -E2BIG)
		return "more endpoints, workers or options than a segment "
		       "holds";
	if (error == -EEXIST && config->path)
		return place_kept(path);
	return strerror(-error);
}

int writer_open(struct writer **out, const struct writer_config *config,
	char *why, size_t why_bytes)
{
	struct writer *w = calloc(1, sizeof(*w));
	int error = w ? make(w, config) : -ENOMEM;
	const char *path;

	if (!error) {
		*out = w;
		return 0;
	}
	path = where(w, config);
	snprintf(why, why_bytes, "counters at %s: %s%s", path,
		reason(error, config, path),
		config->path ? ""
			     : "; --counters FILE puts them elsewhere, "
			       "--counters none does without them");
	writer_close(w);
	return error;
}

struct counters *writer_worker(struct writer *w, uint32_t index)
{
	return (struct counters *)(w->workers +
				   (size_t)index * w->header->worker_stride);
}

const char *writer_path(const struct writer *w)
{
	return w->place.path;
}

void writer_ready(struct writer *w)
{
	atomic_store_explicit(&w->header->ready, 1, memory_order_release);
}

int writer_unlisted(const struct writer *w)
{
	return w->unlisted;
}

bool writer_lost(struct writer *w)
{
	if (place_lost(&w->place))
		return true;
	if (place_link_lost(&w->place))
		w->unlisted = place_register(&w->place);
	return false;
}

/* Copies the pages from at on to the new file, and maps them from there. */
static int move(struct writer *w, uint64_t at, size_t bytes)
{
	uint8_t *from = (uint8_t *)w->header + at;
	int fd = w->next.file.fd;
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = pwrite(
			fd, from + done, bytes - done, (off_t)(at + done));

		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	/* Atomic for other threads, which may be reading these pages. */
	if (mmap(from, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		    fd, (off_t)at) == MAP_FAILED)
		return -errno;
	return 0;
}

int writer_renew(struct writer *w)
{
	const struct place *p = &w->place;
	int error;

	place_fini(&w->next);
	error = place_init(
		&w->next, p->registry, p->asked ? p->path : NULL, w->bytes);
	return error ? error : move(w, 0, w->header->worker_offset);
}

int writer_move(struct writer *w, uint32_t index)
{
	uint64_t stride = w->header->worker_stride;

	return move(w, w->header->worker_offset + index * stride, stride);
}

int writer_renewed(struct writer *w)
{
	struct place old = w->place;
	int error = place_publish(&w->next);

	if (error)
		return error;
	place_take_link(&w->next, &old);
	w->unlisted = w->next.link && !place_link_lost(&w->next)
			      ? 0
			      : place_register(&w->next);
	w->place = w->next;
	w->next = (struct place){0};
	place_fini(&old);
	return 0;
}

void writer_close(struct writer *w)
{
	if (!w)
		return;
	if (w->header)
		munmap(w->header, w->bytes);
	place_fini(&w->next);
	place_fini(&w->place);
	free(w);
}
