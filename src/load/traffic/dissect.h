/* SPDX-License-Identifier: MIT */
/*
 * Takes a captured packet apart, from its link layer to the UDP payload. The
 * bytes are untrusted: whatever they are, nothing is read beyond them.
 */
#pragma once

#include <stdint.h>

enum dissect_link {
	DISSECT_ETHERNET,
	DISSECT_IP, /* no link layer: LINKTYPE RAW, IPV4, IPV6 */
	DISSECT_SLL,
	DISSECT_SLL2,
	/* NULL, LOOP: an address family in either byte order. */
	DISSECT_LOOPBACK,
};

enum dissect_verdict {
	DISSECT_DATAGRAM,
	DISSECT_NOT_UDP,
	DISSECT_FRAGMENT,
	DISSECT_SNAPPED, /* the capture has only a part of it */
	DISSECT_DAMAGED, /* its lengths contradict each other */
	DISSECT_VERDICTS
};

/* IP version, source, destination and ports: equal tuples are one flow. */
#define DISSECT_TUPLE 37

struct dissected {
	uint8_t tuple[DISSECT_TUPLE];
	uint32_t at, bytes; /* offset and length of the payload in the packet */
};

/* data: the bytes captured, the first of on_wire bytes of the packet. out is
 * valid only for DISSECT_DATAGRAM. */
enum dissect_verdict dissect(struct dissected *out, enum dissect_link link,
	const uint8_t *data, uint32_t bytes, uint32_t on_wire);
