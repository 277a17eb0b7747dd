/* SPDX-License-Identifier: MIT */
/*
 * What datagrams are filled with behind their headers: a stream from a seed, of
 * which each datagram has the piece that its flow and number say, so that a
 * payload which came back with another's header is found out.
 */
#pragma once

#include "core/probe.h"

#include <stdbool.h>
#include <stdint.h>

enum content_kind {
	CONTENT_RANDOM, /* nothing that a NIC or a compressor could shorten */
	CONTENT_ZEROS,
	CONTENT_TEXT, /* printable, in lines */
};

/* Pieces begin within so many bytes, at multiples of 64. */
#define CONTENT_SPAN 65536

struct content {
	uint8_t *data; /* CONTENT_SPAN + longest bytes */
	uint32_t longest;
};

/* For datagrams of at most longest bytes. 0 or -ENOMEM. */
int content_init(struct content *c, enum content_kind kind, uint64_t seed,
	uint32_t longest);

/* Zeroed state is legal. */
void content_fini(struct content *c);

/* Where the datagram's bytes begin in the stream: byte n of the datagram is
 * byte n of this, where no header has been written over it. */
static inline const uint8_t *content_at(
	const struct content *c, uint32_t flow, uint64_t sequence)
{
	uint64_t h = (sequence + flow * 0x51ed27u) * 0x9e3779b97f4a7c15u;

	return c->data + (h >> 48 & (CONTENT_SPAN - 64));
}

/* Is all of a probe's payload, of bytes, what was sent? The sum of what reflect
 * has written over it is checked in its place. p has been read from data. */
bool content_is_right(const struct content *c, const struct probe *p,
	const uint8_t *data, uint32_t bytes);
