/* SPDX-License-Identifier: MIT */
/* --length of `udpmill load`: how long datagrams are. */
#pragma once

#include "load/traffic/sizes.h"

#include <stddef.h>

struct load_length {
	uint32_t most;    /* a datagram's payload on this family */
	uint32_t headers; /* of an Ethernet frame, for imix */
	uint64_t seed;
};

/*
 * "64", "32-1472", "imix", "64:7,576:4,1472:1", or "@FILE" with a size and a
 * weight on each line, separated by blanks (# begins a comment). 0; or -errno
 * and a message in why.
 */
int load_length_parse(struct sizes *sizes, const char *text,
	const struct load_length *how, char *why, size_t why_bytes);
