/* SPDX-License-Identifier: MIT */
/*
 * A captured packet taken apart, from its link layer to what UDP carries.
 * Arithmetic on a stranger's bytes: whatever they are, nothing is read beyond
 * them.
 */
#pragma once

#include <stdint.h>

enum dissect_link {
	DISSECT_ETHERNET,
	DISSECT_IP, /* no link layer: RAW, IPV4, IPV6 */
	DISSECT_SLL,
	DISSECT_SLL2,
	DISSECT_LOOPBACK, /* NULL, LOOP: an address family in some byte order */
};

enum dissect_verdict {
	DISSECT_DATAGRAM,
	DISSECT_NOT_UDP,
	DISSECT_FRAGMENT,
	DISSECT_SNAPPED, /* the capture has less of it than there was */
	DISSECT_DAMAGED, /* lengths that contradict one another */
	DISSECT_VERDICTS
};

/* IP version, source, destination, ports: equal in all bytes, one flow. */
#define DISSECT_TUPLE 37

struct dissected {
	uint8_t tuple[DISSECT_TUPLE];
	uint32_t at, bytes; /* the payload, of the packet */
};

/* on_wire: bytes of the packet as it was, of which the first have been captured
 * and are data. out is filled in of a datagram only. */
enum dissect_verdict dissect(struct dissected *out, enum dissect_link link,
	const uint8_t *data, uint32_t bytes, uint32_t on_wire);
