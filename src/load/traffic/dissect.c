/* SPDX-License-Identifier: MIT */
#include "load/traffic/dissect.h"

#include <stdbool.h>
#include <string.h>

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd

#define NEXT_HOP_BY_HOP  0
#define NEXT_UDP         17
#define NEXT_ROUTING     43
#define NEXT_FRAGMENT    44
#define NEXT_DESTINATION 60

#define UDP_BYTES 8

/* The rest of a packet: at <= end, the end of the current layer, which may be
 * beyond what was captured. */
struct cursor {
	const uint8_t *data;
	uint32_t captured, at, end;
};

static uint32_t read16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

/* Can so many bytes be read here? DISSECT_DATAGRAM: yes. */
static enum dissect_verdict ask(const struct cursor *c, uint32_t bytes)
{
	if (bytes > c->end - c->at)
		return DISSECT_DAMAGED;
	if (c->at > c->captured || bytes > c->captured - c->at)
		return DISSECT_SNAPPED;
	return DISSECT_DATAGRAM;
}

static enum dissect_verdict read_udp(struct dissected *out, struct cursor *c)
{
	enum dissect_verdict v = ask(c, UDP_BYTES);
	const uint8_t *udp;
	uint32_t length;

	if (v)
		return v;
	udp = c->data + c->at;
	length = read16(udp + 4);
	if (length < UDP_BYTES)
		return DISSECT_DAMAGED;
	v = ask(c, length);
	if (v)
		return v;
	memcpy(out->tuple + 33, udp, 4);
	out->at = c->at + UDP_BYTES;
	out->bytes = length - UDP_BYTES;
	return DISSECT_DATAGRAM;
}

static enum dissect_verdict read_ipv4(struct dissected *out, struct cursor *c)
{
	enum dissect_verdict v = ask(c, 20);
	uint32_t header, total;
	const uint8_t *ip;

	if (v)
		return v;
	ip = c->data + c->at;
	header = (ip[0] & 15u) * 4;
	total = read16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header ||
		total > c->end - c->at)
		return DISSECT_DAMAGED;
	if (ip[9] != NEXT_UDP)
		return DISSECT_NOT_UDP;
	/* More fragments follow, or this is not the first. */
	if (read16(ip + 6) & 0x3fff)
		return DISSECT_FRAGMENT;
	out->tuple[0] = 4;
	memcpy(out->tuple + 1, ip + 12, 4);
	memcpy(out->tuple + 17, ip + 16, 4);
	c->end = c->at + total;
	c->at += header;
	return read_udp(out, c);
}

/* Follows the chain of headers. A fragment header without an offset and with
 * nothing to follow means a whole packet (RFC 6946). */
static enum dissect_verdict read_chain(
	struct dissected *out, struct cursor *c, uint8_t next)
{
	while (next != NEXT_UDP) {
		enum dissect_verdict v;
		const uint8_t *header;
		uint32_t bytes = 8;

		if (next != NEXT_HOP_BY_HOP && next != NEXT_ROUTING &&
			next != NEXT_DESTINATION && next != NEXT_FRAGMENT)
			return DISSECT_NOT_UDP;
		v = ask(c, 8);
		if (v)
			return v;
		header = c->data + c->at;
		if (next != NEXT_FRAGMENT)
			bytes += header[1] * 8u;
		else if (read16(header + 2) & 0xfff9)
			return DISSECT_FRAGMENT;
		if (bytes > c->end - c->at)
			return DISSECT_DAMAGED;
		next = header[0];
		c->at += bytes;
	}
	return read_udp(out, c);
}

static enum dissect_verdict read_ipv6(struct dissected *out, struct cursor *c)
{
	enum dissect_verdict v = ask(c, 40);
	uint32_t payload;
	const uint8_t *ip;

	if (v)
		return v;
	ip = c->data + c->at;
	payload = read16(ip + 4);
	if (ip[0] >> 4 != 6 || payload > c->end - c->at - 40)
		return DISSECT_DAMAGED;
	out->tuple[0] = 6;
	memcpy(out->tuple + 1, ip + 8, 32);
	c->at += 40;
	c->end = c->at + payload;
	return read_chain(out, c, ip[6]);
}

/* Chooses by the version in the first byte. */
static enum dissect_verdict read_ip(struct dissected *out, struct cursor *c)
{
	enum dissect_verdict v = ask(c, 1);

	if (v)
		return v;
	switch (c->data[c->at] >> 4) {
	case 4:
		return read_ipv4(out, c);
	case 6:
		return read_ipv6(out, c);
	default:
		return DISSECT_NOT_UDP;
	}
}

/* The type is at c->at + type_at; the next layer follows after header bytes and
 * any VLAN tags, each of which has the next type. */
static enum dissect_verdict read_typed(struct dissected *out, struct cursor *c,
	uint32_t type_at, uint32_t header)
{
	enum dissect_verdict v = ask(c, header);
	uint32_t type;

	if (v)
		return v;
	type = read16(c->data + c->at + type_at);
	c->at += header;
	while (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
		v = ask(c, 4);
		if (v)
			return v;
		type = read16(c->data + c->at + 2);
		c->at += 4;
	}
	if (type == TYPE_IPV4)
		return read_ipv4(out, c);
	return type == TYPE_IPV6 ? read_ipv6(out, c) : DISSECT_NOT_UDP;
}

/* AF_INET is 2 on all systems, AF_INET6 varies; the capturing host may have had
 * either byte order. */
static bool is_ip_family(const uint8_t *family)
{
	static const uint8_t known[] = {2, 10, 23, 24, 28, 30};
	uint8_t f = family[0] ? family[0] : family[3];

	if (family[1] || family[2] || (family[0] && family[3]))
		return false;
	return memchr(known, f, sizeof(known));
}

static enum dissect_verdict read_loopback(
	struct dissected *out, struct cursor *c)
{
	enum dissect_verdict v = ask(c, 4);

	if (v)
		return v;
	if (!is_ip_family(c->data))
		return DISSECT_NOT_UDP;
	c->at += 4;
	return read_ip(out, c);
}

enum dissect_verdict dissect(struct dissected *out, enum dissect_link link,
	const uint8_t *data, uint32_t bytes, uint32_t on_wire)
{
	struct cursor c = {
		.data = data,
		.captured = bytes,
		/* on_wire may be wrong, but cannot be less than what was
		 * captured. */
		.end = on_wire > bytes ? on_wire : bytes,
	};

	*out = (struct dissected){0};
	switch (link) {
	case DISSECT_ETHERNET:
		return read_typed(out, &c, 12, 14);
	case DISSECT_SLL:
		return read_typed(out, &c, 14, 16);
	case DISSECT_SLL2:
		return read_typed(out, &c, 0, 20);
	case DISSECT_LOOPBACK:
		return read_loopback(out, &c);
	case DISSECT_IP:
		return read_ip(out, &c);
	}
	return DISSECT_NOT_UDP;
}
