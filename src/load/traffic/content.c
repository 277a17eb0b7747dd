/* SPDX-License-Identifier: MIT */
#include "load/traffic/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void fill_random(uint8_t *out, size_t bytes, uint64_t seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15u | 1;

	for (size_t i = 0; i < bytes; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		out[i] = (uint8_t)(x * 0x2545f4914f6cdd1du >> 56);
	}
}

static void fill_text(uint8_t *out, size_t bytes, uint64_t seed)
{
	static const char letters[] = "etaoinshrdlucmfwypvbgkjq         ";

	fill_random(out, bytes, seed);
	for (size_t i = 0; i < bytes; i++)
		out[i] = i % 72 == 71 ? '\n'
				      : (uint8_t)letters[out[i] %
							 (sizeof(letters) - 1)];
}

int content_init(struct content *c, enum content_kind kind, uint64_t seed,
	uint32_t longest)
{
	size_t bytes = (size_t)CONTENT_SPAN + longest;

	*c = (struct content){.data = calloc(1, bytes), .longest = longest};
	if (!c->data)
		return -ENOMEM;
	if (kind == CONTENT_RANDOM)
		fill_random(c->data, bytes, seed);
	else if (kind == CONTENT_TEXT)
		fill_text(c->data, bytes, seed);
	return 0;
}

void content_fini(struct content *c)
{
	free(c->data);
	*c = (struct content){0};
}

bool content_is_right(const struct content *c, const struct probe *p,
	const uint8_t *data, uint32_t bytes)
{
	const uint8_t *right = content_at(c, p->flow, p->sequence);
	uint32_t from = PROBE_BYTES;
	struct probe_receive r;

	if (p->magic == PROBE_REPLY && bytes >= from + PROBE_RECEIVE_BYTES) {
		if (!probe_read_receive(data, bytes, &r))
			return false;
		from += PROBE_RECEIVE_BYTES;
	}
	return memcmp(data + from, right + from, bytes - from) == 0;
}
