/* SPDX-License-Identifier: MIT */
/*
 * Writes packets for a raw socket, correct or with exactly the one fault that
 * is asked for: IPv4 and IPv6, UDP, fragments, extension headers. Nothing is
 * sent here.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

#define PACKET_IPV4     20
#define PACKET_IPV6     40
#define PACKET_UDP      8
#define PACKET_FRAGMENT 8 /* the fragment header of IPv6 */
/* Room for the longest packet: an IPv6 payload and some headers. */
#define PACKET_ROOM (65535 + 1024)

/* Both of one family; IPv4 as AF_INET, not mapped. */
struct packet_path {
	union address from, to;
};

enum packet_sum {
	SUM_RIGHT,
	SUM_WRONG,
	SUM_ZERO, /* no checksum (RFC 768) */
};

/* Adds data to a one's complement sum of 16-bit words (RFC 1071); not
 * complemented. An odd last byte is the upper half of a word. */
uint32_t packet_add(uint32_t sum, const uint8_t *data, uint32_t bytes);

/* The sum folded and complemented, as in a header. */
uint16_t packet_fold(uint32_t sum);

/*
 * Writes a UDP header and data at out; returns PACKET_UDP + bytes. length goes
 * into the header, true or not. The checksum covers that length, or everything
 * if that is not a possible length.
 */
uint32_t packet_udp(uint8_t *out, const struct packet_path *path,
	const void *data, uint32_t bytes, uint16_t length, enum packet_sum sum);

struct packet_ip {
	uint8_t protocol; /* or IPv6's next header */
	uint8_t ttl;      /* or hop limit */
	/* IPv4 only: identification, fragment offset and more fragments. */
	uint16_t id;
	uint32_t offset; /* in bytes, a multiple of 8 */
	bool more;
	/* IPv6 only: added to the true payload length. */
	int32_t lie;
};

/* Writes an IP header for bytes that follow it. Returns its length. */
uint32_t packet_ip(uint8_t *out, const struct packet_path *path,
	const struct packet_ip *ip, uint32_t bytes);

/* Writes IPv6's fragment header. Returns its length. */
uint32_t packet_fragment(
	uint8_t *out, uint8_t next, uint32_t id, uint32_t offset, bool more);

/* Writes an IPv6 extension header: next, its length and a body. 2 + bytes must
 * be a multiple of 8, and is returned. */
uint32_t packet_extension(
	uint8_t *out, uint8_t next, const void *body, uint32_t bytes);

/* Writes an ICMP or ICMPv6 message that quotes bytes of a packet. Returns its
 * length. */
uint32_t packet_icmp(uint8_t *out, const struct packet_path *path, uint8_t type,
	uint8_t code, const uint8_t *quoted, uint32_t bytes);
