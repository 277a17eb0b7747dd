/* SPDX-License-Identifier: MIT */
#include "load/stress/packet.h"

#include <string.h>

#define ICMP_HEADER 8

static bool is_v6(const struct packet_path *path)
{
	return path->to.sa.sa_family == AF_INET6;
}

static void put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

uint32_t packet_add(uint32_t sum, const uint8_t *data, uint32_t bytes)
{
	uint64_t s = sum;

	for (uint32_t i = 0; i + 1 < bytes; i += 2)
		s += (uint32_t)(data[i] << 8 | data[i + 1]);
	if (bytes % 2)
		s += (uint32_t)(data[bytes - 1] << 8);
	while (s >> 32)
		s = (s & 0xffffffff) + (s >> 32);
	return (uint32_t)s;
}

uint16_t packet_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The sum of a pseudo header (RFC 768, RFC 8200 8.1). */
static uint32_t pseudo_sum(
	const struct packet_path *path, uint8_t protocol, uint32_t bytes)
{
	const uint8_t *from, *to;
	uint32_t sum, n = is_v6(path) ? 16 : 4;

	if (is_v6(path)) {
		from = path->from.in6.sin6_addr.s6_addr;
		to = path->to.in6.sin6_addr.s6_addr;
	} else {
		from = (const uint8_t *)&path->from.in.sin_addr;
		to = (const uint8_t *)&path->to.in.sin_addr;
	}
	sum = packet_add(packet_add(0, from, n), to, n);
	return sum + protocol + (bytes >> 16) + (bytes & 0xffff);
}

/* 0 would mean no checksum, so that 0xffff is sent in its place. */
static uint16_t udp_sum(
	const struct packet_path *path, const uint8_t *udp, uint32_t bytes)
{
	uint16_t sum = packet_fold(
		packet_add(pseudo_sum(path, IPPROTO_UDP, bytes), udp, bytes));

	return sum ? sum : 0xffff;
}

/* A checksum that is wrong, and neither 0 nor 0xffff. */
static uint16_t wrong_sum(uint16_t right)
{
	uint16_t wrong = right ^ 0x5555;

	return wrong && wrong != 0xffff ? wrong : right ^ 0x1111;
}

uint32_t packet_udp(uint8_t *out, const struct packet_path *path,
	const void *data, uint32_t bytes, uint16_t length, enum packet_sum sum)
{
	uint32_t all = PACKET_UDP + bytes, covered = all;

	if (length >= PACKET_UDP && length < all)
		covered = length;
	put16(out, address_port(&path->from));
	put16(out + 2, address_port(&path->to));
	put16(out + 4, length);
	put16(out + 6, 0);
	if (bytes)
		memcpy(out + PACKET_UDP, data, bytes);
	if (sum == SUM_ZERO)
		return all;
	put16(out + 6, udp_sum(path, out, covered));
	if (sum == SUM_WRONG)
		put16(out + 6, wrong_sum((uint16_t)(out[6] << 8 | out[7])));
	return all;
}

static uint32_t write_v4(uint8_t *out, const struct packet_path *path,
	const struct packet_ip *ip, uint32_t bytes)
{
	out[0] = 4 << 4 | PACKET_IPV4 / 4;
	out[1] = 0;
	put16(out + 2, PACKET_IPV4 + bytes);
	put16(out + 4, ip->id);
	put16(out + 6, (ip->more ? 0x2000u : 0) | ip->offset / 8);
	out[8] = ip->ttl;
	out[9] = ip->protocol;
	put16(out + 10, 0);
	memcpy(out + 12, &path->from.in.sin_addr, 4);
	memcpy(out + 16, &path->to.in.sin_addr, 4);
	put16(out + 10, packet_fold(packet_add(0, out, PACKET_IPV4)));
	return PACKET_IPV4;
}

static uint32_t write_v6(uint8_t *out, const struct packet_path *path,
	const struct packet_ip *ip, uint32_t bytes)
{
	put32(out, 6u << 28);
	put16(out + 4, (uint32_t)((int32_t)bytes + ip->lie));
	out[6] = ip->protocol;
	out[7] = ip->ttl;
	memcpy(out + 8, &path->from.in6.sin6_addr, 16);
	memcpy(out + 24, &path->to.in6.sin6_addr, 16);
	return PACKET_IPV6;
}

uint32_t packet_ip(uint8_t *out, const struct packet_path *path,
	const struct packet_ip *ip, uint32_t bytes)
{
	return is_v6(path) ? write_v6(out, path, ip, bytes)
			   : write_v4(out, path, ip, bytes);
}

uint32_t packet_fragment(
	uint8_t *out, uint8_t next, uint32_t id, uint32_t offset, bool more)
{
	out[0] = next;
	out[1] = 0;
	put16(out + 2, (offset & 0xfff8) | more);
	put32(out + 4, id);
	return PACKET_FRAGMENT;
}

uint32_t packet_extension(
	uint8_t *out, uint8_t next, const void *body, uint32_t bytes)
{
	out[0] = next;
	out[1] = (uint8_t)((2 + bytes) / 8 - 1);
	memcpy(out + 2, body, bytes);
	return 2 + bytes;
}

/* Only ICMPv6's checksum includes a pseudo header (RFC 4443, 2.3). */
uint32_t packet_icmp(uint8_t *out, const struct packet_path *path, uint8_t type,
	uint8_t code, const uint8_t *quoted, uint32_t bytes)
{
	uint32_t all = ICMP_HEADER + bytes;
	uint32_t sum = is_v6(path) ? pseudo_sum(path, IPPROTO_ICMPV6, all) : 0;

	memset(out, 0, ICMP_HEADER);
	out[0] = type;
	out[1] = code;
	memcpy(out + ICMP_HEADER, quoted, bytes);
	put16(out + 2, packet_fold(packet_add(sum, out, all)));
	return all;
}
