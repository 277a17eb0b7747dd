/* SPDX-License-Identifier: MIT */
#include "ethernet.h"

#include <string.h>

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* RFC 1071 as it is written there: pairs of bytes, end-around carry. */
static unsigned add(unsigned sum, const uint8_t *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		sum += i % 2 ? data[i] : (unsigned)data[i] << 8;
		if (sum > 0xffff)
			sum = (sum & 0xffff) + 1;
	}
	return sum;
}

static int is_v6(const struct ethernet_plan *p)
{
	return p->from.sa.sa_family == AF_INET6;
}

static unsigned pseudo(const struct ethernet_plan *p, const uint8_t *ip)
{
	uint8_t rest[4] = {0, 17};
	unsigned sum;

	put16(rest + 2, (unsigned)(8 + p->payload_bytes));
	sum = is_v6(p) ? add(0, ip + 8, 32) : add(0, ip + 12, 8);
	return add(sum, rest, 4);
}

static size_t make_ip(uint8_t *ip, const struct ethernet_plan *p)
{
	size_t udp = 8 + p->payload_bytes;

	if (is_v6(p)) {
		ip[0] = (uint8_t)(0x60 | p->tos >> 4);
		ip[1] = (uint8_t)(p->tos << 4);
		put16(ip + 4, (unsigned)udp);
		ip[6] = 17;
		ip[7] = p->ttl;
		memcpy(ip + 8, &p->from.in6.sin6_addr, 16);
		memcpy(ip + 24, &p->to.in6.sin6_addr, 16);
		return 40;
	}
	ip[0] = 0x45;
	ip[1] = p->tos;
	put16(ip + 2, (unsigned)(20 + udp));
	ip[6] = 0x40;
	ip[8] = p->ttl;
	ip[9] = 17;
	memcpy(ip + 12, &p->from.in.sin_addr, 4);
	memcpy(ip + 16, &p->to.in.sin_addr, 4);
	put16(ip + 10, 0xffff - add(0, ip, 20));
	return 20;
}

static unsigned check_of(
	const struct ethernet_plan *p, const uint8_t *ip, const uint8_t *udp)
{
	unsigned sum = pseudo(p, ip), check;

	if (p->check == ETHERNET_NONE)
		return 0;
	if (p->check == ETHERNET_PARTIAL)
		return sum;
	check = 0xffff - add(sum, udp, 8 + p->payload_bytes);
	if (p->check == ETHERNET_WRONG)
		check ^= 0x5a5a;
	return check ? check : 0xffff;
}

size_t ethernet_make(
	uint8_t frame[ETHERNET_MOST], const struct ethernet_plan *p)
{
	uint8_t *ip = frame + 14, *udp;
	size_t bytes;

	memset(frame, 0, ETHERNET_MOST);
	memcpy(frame, p->mac_to, 6);
	memcpy(frame + 6, p->mac_from, 6);
	put16(frame + 12, is_v6(p) ? 0x86dd : 0x0800);
	udp = ip + make_ip(ip, p);
	memcpy(udp, &p->from.in.sin_port, 2);
	memcpy(udp + 2, &p->to.in.sin_port, 2);
	put16(udp + 4, (unsigned)(8 + p->payload_bytes));
	if (p->payload_bytes)
		memcpy(udp + 8, p->payload, p->payload_bytes);
	put16(udp + 6, check_of(p, ip, udp));
	bytes = (size_t)(udp - frame) + 8 + p->payload_bytes;
	memset(frame + bytes, 0xa5, p->padding);
	return bytes + p->padding;
}

const char *ethernet_fault(
	const uint8_t *frame, size_t bytes, const struct ethernet_plan *plan)
{
	struct ethernet_plan right = *plan;
	uint8_t made[ETHERNET_MOST];
	size_t headers = is_v6(plan) ? 62 : 42, own;

	right.check = ETHERNET_RIGHT;
	right.padding = 0;
	own = ethernet_make(made, &right);
	if (bytes != (own < 60 ? 60 : own))
		return "its length";
	if (memcmp(frame, made, 14))
		return "the Ethernet header";
	if (memcmp(frame + 14, made + 14, headers - 14 - 8))
		return "the IP header";
	if (get16(frame + headers - 2) != get16(made + headers - 2))
		return "the UDP checksum";
	if (memcmp(frame, made, bytes))
		return "UDP header, payload or padding";
	return NULL;
}

void ethernet_check_header(uint8_t *frame)
{
	put16(frame + 24, 0);
	put16(frame + 24, 0xffff - add(0, frame + 14, 20));
}
