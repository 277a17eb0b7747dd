/* SPDX-License-Identifier: MIT */
#include "export/writer.h"

#include "core/clock.h"
#include "export/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct writer {
	struct segment_header *header;
	size_t bytes;
	uint8_t *workers;
	char *path; /* NULL: memory only */
	char *link; /* in the registry; NULL: path is there itself */
	int fd;     /* holds the lock */
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
		address_format(&c->endpoints[i], (char *)base +
							 h->endpoint_offset +
							 i * SEGMENT_ENDPOINT);
	for (uint32_t i = 0; i < COUNTER_COUNT; i++)
		describe(base + h->counter_offset + i * h->counter_stride,
			(enum counter_id)i);
	w->workers = base + h->worker_offset;
}

/* A file that a live server holds is locked; any other of ours is left over
 * from one that was killed. Nothing else is taken away. */
static int remove_stale(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char magic[8] = "";
	struct stat st;
	int error = -EEXIST;

	if (fd < 0)
		return errno == ENOENT ? 0 : -EEXIST;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
		memcmp(magic, SEGMENT_MAGIC, sizeof(magic)) == 0 &&
		flock(fd, LOCK_EX | LOCK_NB) == 0)
		error = unlink(path) ? -errno : 0;
	close(fd);
	return error;
}

static int create_file(struct writer *w, size_t bytes)
{
	int error = remove_stale(w->path);

	if (error)
		return error;
	w->fd = open(w->path,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return -errno;
	if (flock(w->fd, LOCK_EX))
		return -errno;
	/* Not ftruncate: where there is no room this fails, and does not kill
	 * the server by a signal when it counts for the first time. */
	return -posix_fallocate(w->fd, 0, (off_t)bytes);
}

/* The registry is one folder: a segment elsewhere is linked from there. */
static int link_file(struct writer *w)
{
	char *target = realpath(w->path, NULL);
	int error = 0;

	if (!target || asprintf(&w->link, "%s/%s%d", SEGMENT_DIR,
			       SEGMENT_PREFIX, (int)getpid()) < 0) {
		w->link = NULL;
		error = -ENOMEM;
	} else if (symlink(target, w->link)) {
		error = -errno;
		free(w->link);
		w->link = NULL;
	}
	free(target);
	return error;
}

static int name_file(struct writer *w, const char *path)
{
	if (path)
		w->path = strdup(path);
	else if (asprintf(&w->path, "%s/%s%d", SEGMENT_DIR, SEGMENT_PREFIX,
			 (int)getpid()) < 0)
		w->path = NULL;
	return w->path ? 0 : -ENOMEM;
}

static int map(struct writer *w, size_t bytes)
{
	int flags = w->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, w->fd, 0);

	if (p == MAP_FAILED)
		return -errno;
	w->header = p;
	w->bytes = bytes;
	return 0;
}

int writer_open(struct writer **out, const struct writer_config *config,
	char *why, size_t why_bytes)
{
	bool memory = config->path && strcmp(config->path, "none") == 0;
	struct segment_header h = plan(config);
	struct writer *w = calloc(1, sizeof(*w));
	int error = 0;

	if (!w)
		return -ENOMEM;
	w->fd = -1;
	if (!memory) {
		error = name_file(w, config->path);
		if (!error)
			error = create_file(w, h.bytes);
		if (!error && config->path)
			error = link_file(w);
	}
	if (!error)
		error = map(w, h.bytes);
	if (error) {
		snprintf(why, why_bytes, "counters at %s: %s",
			w->path ? w->path : "memory", strerror(-error));
		writer_close(w);
		return error;
	}
	fill(w, &h, config);
	*out = w;
	return 0;
}

struct counters *writer_worker(struct writer *w, uint32_t index)
{
	return (struct counters *)(w->workers +
				   (size_t)index * w->header->worker_stride);
}

const char *writer_path(const struct writer *w)
{
	return w->path;
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
	if (w->link)
		unlink(w->link);
	if (w->fd >= 0) {
		unlink(w->path);
		close(w->fd);
	}
	free(w->link);
	free(w->path);
	free(w);
}
