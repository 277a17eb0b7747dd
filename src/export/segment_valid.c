/* SPDX-License-Identifier: MIT */
#include "export/segment_valid.h"

#include "core/counters.h"

#include <string.h>

/* More than any server has, but few enough to read from an untrusted file: they
 * limit what is kept and printed of a segment, however long its file is or
 * claims to be. */
#define WORKERS_MAX   4096
#define COUNTERS_MAX  1024
#define VALUES_MAX    (1u << 18) /* of all workers together */
#define ENDPOINTS_MAX 1024
#define CONFIG_MAX    (1u << 18)

/* Is a table of count entries within the file? None of the numbers is trusted;
 * no sum can overflow 64 bits. */
static bool lies_within(const struct segment_header *h, uint32_t offset,
	uint32_t count, uint32_t stride)
{
	return offset >= sizeof(*h) &&
	       offset + (uint64_t)count * stride <= h->bytes;
}

bool segment_valid_text(const char *text, size_t room)
{
	size_t n = strnlen(text, room);

	if (n == room)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

bool segment_valid_header(const struct segment_header *h, uint64_t file_bytes)
{
	return h->bytes <= file_bytes && h->config_bytes > 0 &&
	       h->config_bytes <= CONFIG_MAX &&
	       h->endpoint_count <= ENDPOINTS_MAX &&
	       h->counter_count <= COUNTERS_MAX &&
	       h->worker_count <= WORKERS_MAX &&
	       h->worker_count * h->counter_count <= VALUES_MAX &&
	       h->counter_stride >= sizeof(struct segment_counter) &&
	       h->worker_stride >= h->counter_count * sizeof(uint64_t) &&
	       h->worker_offset % 8 == 0 && h->worker_stride % 8 == 0 &&
	       h->pid > 0 &&
	       lies_within(h, h->config_offset, h->config_bytes, 1) &&
	       lies_within(h, h->endpoint_offset, h->endpoint_count,
		       SEGMENT_ENDPOINT) &&
	       lies_within(h, h->counter_offset, h->counter_count,
		       h->counter_stride) &&
	       lies_within(h, h->worker_offset, h->worker_count,
		       h->worker_stride) &&
	       segment_valid_text(h->version, sizeof(h->version)) &&
	       segment_valid_text(h->service, sizeof(h->service)) &&
	       segment_valid_text(h->backend, sizeof(h->backend));
}

/* The name becomes part of a metric's name, and must not need escaping. */
static bool is_name(const char *text, size_t room)
{
	size_t n = strnlen(text, room);

	if (n == room || text[0] < 'a' || text[0] > 'z')
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

bool segment_valid_counter(const struct segment_counter *c)
{
	return is_name(c->name, sizeof(c->name)) &&
	       segment_valid_text(c->unit, sizeof(c->unit)) &&
	       segment_valid_text(c->help, sizeof(c->help)) &&
	       c->kind <= COUNTER_KIND_GAUGE;
}
