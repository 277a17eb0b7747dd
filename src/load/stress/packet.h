/* SPDX-License-Identifier: MIT */
/*
 * Packets as a raw socket sends them, right or wrong in just the one thing that
 * is asked for: IPv4 and IPv6, UDP, fragments, extension headers. Arithmetic;
 * nothing is sent here.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

#define PACKET_IPV4     20
#define PACKET_IPV6     40
#define PACKET_UDP      8
#define PACKET_FRAGMENT 8 /* the fragment header of IPv6 */
/* The longest that any of this makes: an IPv6 packet, and some headers. */
#define PACKET_ROOM (65535 + 1024)

/* Both of one family, IPv4 addresses as such. */
struct packet_path {
	union address from, to;
};

enum packet_sum {
	SUM_RIGHT,
	SUM_WRONG,
	SUM_ZERO, /* none was made (RFC 768) */
};

/* The one's complement sum of 16-bit words, as in RFC 1071, of data that goes
 * on from a sum; not complemented. An odd byte is the upper half of a word. */
uint32_t packet_add(uint32_t sum, const uint8_t *data, uint32_t bytes);

/* Folded and complemented, as it stands in a header. */
uint16_t packet_fold(uint32_t sum);

/*
 * UDP header and data at out: PACKET_UDP + bytes. length is what the header
 * says, lie or not. The checksum is that of a datagram of that length, or of
 * all there is where that is not enough or too much.
 */
uint32_t packet_udp(uint8_t *out, const struct packet_path *path,
	const void *data, uint32_t bytes, uint16_t length, enum packet_sum sum);

struct packet_ip {
	uint8_t protocol; /* of what follows: IPv6's next header */
	uint8_t ttl;      /* or hop limit */
	/* IPv4 only: a fragment of the packet of that number. */
	uint16_t id;
	uint32_t offset; /* bytes, a multiple of 8 */
	bool more;
	/* IPv6 only: so much more is claimed to follow than does. */
	int32_t lie;
};

/* The IP header at out, of so many bytes that follow. Returns its length. */
uint32_t packet_ip(uint8_t *out, const struct packet_path *path,
	const struct packet_ip *ip, uint32_t bytes);

/* IPv6's fragment header. */
uint32_t packet_fragment(
	uint8_t *out, uint8_t next, uint32_t id, uint32_t offset, bool more);

/* An extension header of IPv6: next, its length, and a body of bytes, of which
 * 2 + bytes must be a multiple of 8. Returns 2 + bytes. */
uint32_t packet_extension(
	uint8_t *out, uint8_t next, const void *body, uint32_t bytes);

/* A message of ICMP or ICMPv6 that quotes so many bytes of a packet. */
uint32_t packet_icmp(uint8_t *out, const struct packet_path *path, uint8_t type,
	uint8_t code, const uint8_t *quoted, uint32_t bytes);
