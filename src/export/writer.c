/* SPDX-License-Identifier: MIT */
#include "export/writer.h"

#include "core/clock.h"
#include "export/place.h"
#include "export/segment.h"
#include "export/sound.h"

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
};

static uint32_t align64(uint32_t n)
{
	return (n + 63) & ~63u;
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
		.worker_stride = align64(sizeof(struct counters)),
	};
	struct stat st;

	h.endpoint_offset = align64(h.config_offset + h.config_bytes);
	h.counter_offset = align64(
		h.endpoint_offset + h.endpoint_count * SEGMENT_ENDPOINT);
	h.worker_offset =
		align64(h.counter_offset + h.counter_count * h.counter_stride);
	h.bytes = h.worker_offset + (uint64_t)h.worker_count * h.worker_stride;
	if (stat("/proc/self/ns/net", &st) == 0)
		h.netns = st.st_ino;
	snprintf(h.version, sizeof(h.version), "%s", c->version);
	snprintf(h.service, sizeof(h.service), "%s", c->service);
	snprintf(h.backend, sizeof(h.backend), "%s", c->backend);
	return h;
}

_Static_assert(SEGMENT_ENDPOINT >= ADDRESS_TEXT, "an endpoint fits");

/* The scope as a number: the interface's name is none in another namespace,
 * nor when the interface is gone. */
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
		memory ? -1 : w->place.fd, 0);

	if (p == MAP_FAILED)
		return -errno;
	w->header = p;
	w->bytes = bytes;
	return 0;
}

/* What no reader would believe is not written. */
static int check(
	const struct segment_header *h, const struct writer_config *config)
{
	if (!sound_header(h, h->bytes))
		return -E2BIG;
	return sound_text(config->config, h->config_bytes) ? 0 : -EINVAL;
}

/* In the registry only when there is something to read. */
static int make(struct writer *w, const struct writer_config *config)
{
	bool memory = config->path && strcmp(config->path, "none") == 0;
	struct segment_header h = plan(config);
	int error = memory ? 0 : check(&h, config);

	if (!error && !memory)
		error = place_init(&w->place, config->path, h.bytes);
	if (!error)
		error = map(w, h.bytes);
	if (error)
		return error;
	fill(w, &h, config);
	return memory ? 0 : place_register(&w->place);
}

static const char *where(
	const struct writer *w, const struct writer_config *config)
{
	if (w && w->place.link)
		return w->place.link;
	if (w && w->place.path)
		return w->place.path;
	return config->path ? config->path : SEGMENT_DIR;
}

int writer_open(struct writer **out, const struct writer_config *config,
	char *why, size_t why_bytes)
{
	struct writer *w = calloc(1, sizeof(*w));
	int error = w ? make(w, config) : -ENOMEM;

	if (!error) {
		*out = w;
		return 0;
	}
	snprintf(why, why_bytes, "counters at %s: %s", where(w, config),
		error == -E2BIG ? "more endpoints, workers or options than a "
				  "segment holds"
		: error == -EEXIST ? place_kept(where(w, config))
				   : strerror(-error));
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

void writer_close(struct writer *w)
{
	if (!w)
		return;
	if (w->header)
		munmap(w->header, w->bytes);
	place_fini(&w->place);
	free(w);
}
