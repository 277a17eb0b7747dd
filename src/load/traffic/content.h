/* SPDX-License-Identifier: MIT */
/*
 * The payload behind the probe headers: a stream drawn from a seed. Each
 * datagram has the piece at an offset that depends on its flow and number, so
 * that a payload returned with another datagram's header is detected.
 */
#pragma once

#include "core/probe.h"

#include <stdbool.h>
#include <stdint.h>

enum content_kind {
	CONTENT_RANDOM, /* not compressible */
	CONTENT_ZEROS,
	CONTENT_TEXT, /* printable text in lines */
};

/* Pieces begin at multiples of 64 below this. */
#define CONTENT_SPAN 65536

struct content {
	uint8_t *data; /* CONTENT_SPAN + longest bytes */
	uint32_t longest;
};

/* longest: the most bytes of a datagram. 0 or -ENOMEM. */
int content_init(struct content *c, enum content_kind kind, uint64_t seed,
	uint32_t longest);

/* Zeroed state is legal. */
void content_fini(struct content *c);

/* The datagram's content, header room included: byte n of the datagram is byte
 * n of it, unless a header has been written there. */
static inline const uint8_t *content_at(
	const struct content *c, uint32_t flow, uint64_t sequence)
{
	uint64_t h = (sequence + flow * 0x51ed27u) * 0x9e3779b97f4a7c15u;

	return c->data + (h >> 48 & (CONTENT_SPAN - 64));
}

/* Is the payload of a probe of bytes at data what was sent? If reflect has
 * written its receive record over it, checks that record's sum instead. p: the
 * header read from data. */
bool content_is_right(const struct content *c, const struct probe *p,
	const uint8_t *data, uint32_t bytes);
