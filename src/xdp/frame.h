/* SPDX-License-Identifier: MIT */
/*
 * UDP datagrams in Ethernet frames, as a driver has them: Ethernet II (IEEE
 * 802.3, clause 3), IPv4 (RFC 791) without options, IPv6 (RFC 8200) without
 * extension headers, UDP (RFC 768). No VLAN tags and no fragments: the filter
 * leaves those to the kernel. Pure functions; whatever the bytes are, none
 * reads or writes outside the frame.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

#define FRAME_ETHERNET 14
#define FRAME_UDP      8
/* What is before the payload. */
#define FRAME_HEADERS_V4 (FRAME_ETHERNET + 20 + FRAME_UDP)
#define FRAME_HEADERS_V6 (FRAME_ETHERNET + 40 + FRAME_UDP)
/* The shortest frame, without its checksum; a shorter one is padded. */
#define FRAME_LEAST 60

enum frame_fault {
	FRAME_SOUND,
	FRAME_OTHER,    /* no datagram of the kind above, or not all of it */
	FRAME_CHECKSUM, /* the UDP checksum is wrong */
};

/* A datagram in a frame, from its Ethernet header on. */
struct frame {
	uint8_t *data;
	bool v6;
	uint8_t tos, ttl;
	uint32_t payload_bytes;
};

static inline uint32_t frame_headers(bool v6)
{
	return v6 ? FRAME_HEADERS_V6 : FRAME_HEADERS_V4;
}

static inline uint8_t *frame_payload(const struct frame *f)
{
	return f->data + frame_headers(f->v6);
}

/*
 * Parses a received frame of bytes, padding included. IPv4 may have a UDP
 * checksum of 0, which means none; and a checksum that is the sum of the
 * pseudo header alone is sound: so it is when a virtual device delivers a frame
 * whose sender left the checksum to hardware that does not exist
 * (CHECKSUM_PARTIAL in include/linux/skbuff.h). The checksum of the IPv4 header
 * is not looked at: the filter has done that.
 */
enum frame_fault frame_parse(struct frame *f, uint8_t *data, uint32_t bytes);

/* Addresses with ports of a parsed frame. IPv4 becomes v4-mapped if mapped.
 * The scope of IPv6 is 0. */
void frame_source(const struct frame *f, bool mapped, union address *out);
void frame_destination(const struct frame *f, bool mapped, union address *out);

/*
 * Makes a parsed frame the answer to itself: it goes back from where it was
 * sent to, with a payload of f->payload_bytes, which is there already, ttl, a
 * TOS of 0, DF and no IP id (RFC 6864), and right checksums. data must have
 * room for FRAME_LEAST bytes. Returns the bytes of the frame; padding is
 * zeroed.
 */
uint32_t frame_reply(struct frame *f, uint8_t ttl);

/* The way of a frame that is made from nothing. */
struct frame_route {
	uint8_t mac_from[6], mac_to[6];
	union address from, to; /* of one family */
	uint8_t tos, ttl;
};

/*
 * Writes all headers around a payload of bytes, which is at data +
 * frame_headers() already or is written before frame_seal(). Returns the bytes
 * of the frame, as frame_reply() does.
 */
uint32_t frame_build(struct frame *f, uint8_t *data,
	const struct frame_route *route, uint32_t payload_bytes);

/* Computes the UDP checksum once the payload is complete. */
void frame_seal(struct frame *f);
