/* SPDX-License-Identifier: MIT */
/*
 * UDP datagrams in Ethernet frames, made byte by byte from the RFCs, without
 * the program's own code, and a judge of frames that the program made.
 */
#pragma once

#include "core/address.h"

#include <stddef.h>
#include <stdint.h>

#define ETHERNET_MOST 2048

struct ethernet_plan {
	uint8_t mac_from[6], mac_to[6];
	union address from, to;
	uint8_t tos, ttl;
	const uint8_t *payload;
	size_t payload_bytes;
	/* The UDP checksum: right; none (0); that of the pseudo header alone,
	 * as CHECKSUM_PARTIAL leaves it; or wrong. */
	enum {
		ETHERNET_RIGHT,
		ETHERNET_NONE,
		ETHERNET_PARTIAL,
		ETHERNET_WRONG
	} check;
	size_t padding; /* bytes behind it, not zero */
};

/* Returns the bytes of the frame. */
size_t ethernet_make(
	uint8_t frame[ETHERNET_MOST], const struct ethernet_plan *plan);

/* NULL if the frame is exactly that datagram, right in all checksums, with DF
 * and padded with zeros to 60 bytes; else what is wrong. */
const char *ethernet_fault(
	const uint8_t *frame, size_t bytes, const struct ethernet_plan *plan);

/* Makes the checksum of the frame's IPv4 header right. */
void ethernet_check_header(uint8_t *frame);
