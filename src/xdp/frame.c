/* SPDX-License-Identifier: MIT */
#include "xdp/frame.h"

#include "xdp/checksum.h"

#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>

#define TYPE_V4 0x0800
#define TYPE_V6 0x86dd

/* As they lie in a frame, where nothing is aligned. */
struct ethernet {
	uint8_t to[6], from[6];
	uint16_t type;
} __attribute__((packed));

struct headers_v4 {
	struct ethernet ethernet;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

struct headers_v6 {
	struct ethernet ethernet;
	struct ip6_hdr ip;
	struct udphdr udp;
} __attribute__((packed));

_Static_assert(sizeof(struct headers_v4) == FRAME_HEADERS_V4, "no padding");
_Static_assert(sizeof(struct headers_v6) == FRAME_HEADERS_V6, "no padding");

static struct headers_v4 *v4_of(const struct frame *f)
{
	return (struct headers_v4 *)f->data;
}

static struct headers_v6 *v6_of(const struct frame *f)
{
	return (struct headers_v6 *)f->data;
}

/* Both addresses, protocol and length: the same for both directions. */
static uint64_t pseudo_sum(const struct frame *f)
{
	uint32_t bytes = FRAME_UDP + f->payload_bytes;
	uint64_t sum = htons(IPPROTO_UDP);

	sum += htons((uint16_t)bytes);
	if (f->v6)
		return checksum_add(sum, (uint8_t *)&v6_of(f)->ip.ip6_src, 32);
	return checksum_add(sum, (uint8_t *)&v4_of(f)->ip.saddr, 8);
}

/* The UDP header lies directly before the payload. */
static uint8_t *udp_of(const struct frame *f)
{
	return frame_payload(f) - FRAME_UDP;
}

static enum frame_fault check_sum(const struct frame *f)
{
	uint64_t pseudo = pseudo_sum(f);
	uint16_t check;

	memcpy(&check, udp_of(f) + 6, sizeof(check));
	if (checksum_fold(pseudo) == check || (!f->v6 && check == 0))
		return FRAME_SOUND;
	if (check == 0 || checksum_fold(checksum_add(pseudo, udp_of(f),
				  FRAME_UDP + f->payload_bytes)) != 0xffff)
		return FRAME_CHECKSUM;
	return FRAME_SOUND;
}

static bool parse_v4(struct frame *f, uint32_t bytes)
{
	const struct headers_v4 *h = v4_of(f);
	uint32_t length = ntohs(h->ip.tot_len);

	f->v6 = false;
	if (h->ip.version != 4 || h->ip.ihl != 5 ||
		h->ip.protocol != IPPROTO_UDP ||
		(ntohs(h->ip.frag_off) & (IP_MF | IP_OFFMASK)))
		return false;
	if (length < 20 + FRAME_UDP || FRAME_ETHERNET + length > bytes ||
		ntohs(h->udp.len) != length - 20)
		return false;
	f->tos = h->ip.tos;
	f->ttl = h->ip.ttl;
	f->payload_bytes = length - 20 - FRAME_UDP;
	return true;
}

static bool parse_v6(struct frame *f, uint32_t bytes)
{
	const struct headers_v6 *h = v6_of(f);
	uint32_t length;

	f->v6 = true;
	if (bytes < FRAME_HEADERS_V6)
		return false;
	length = ntohs(h->ip.ip6_plen);
	if (h->ip.ip6_vfc >> 4 != 6 || h->ip.ip6_nxt != IPPROTO_UDP)
		return false;
	if (length < FRAME_UDP || FRAME_ETHERNET + 40 + length > bytes ||
		ntohs(h->udp.len) != length)
		return false;
	f->tos = (uint8_t)(ntohl(h->ip.ip6_flow) >> 20);
	f->ttl = h->ip.ip6_hlim;
	f->payload_bytes = length - FRAME_UDP;
	return true;
}

enum frame_fault frame_parse(struct frame *f, uint8_t *data, uint32_t bytes)
{
	uint16_t type;

	f->data = data;
	if (bytes < FRAME_HEADERS_V4)
		return FRAME_OTHER;
	type = ntohs(((struct ethernet *)data)->type);
	if (type == TYPE_V4 ? !parse_v4(f, bytes)
			    : type != TYPE_V6 || !parse_v6(f, bytes))
		return FRAME_OTHER;
	return check_sum(f);
}

static void set_address(union address *out, const struct frame *f, bool mapped,
	const void *host, uint16_t port)
{
	if (!f->v6 && !mapped) {
		out->in = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = port};
		memcpy(&out->in.sin_addr, host, 4);
		return;
	}
	out->in6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = port};
	if (f->v6) {
		memcpy(&out->in6.sin6_addr, host, 16);
		return;
	}
	memset(&out->in6.sin6_addr.s6_addr[10], 0xff, 2);
	memcpy(&out->in6.sin6_addr.s6_addr[12], host, 4);
}

void frame_source(const struct frame *f, bool mapped, union address *out)
{
	if (f->v6)
		set_address(out, f, mapped, &v6_of(f)->ip.ip6_src,
			v6_of(f)->udp.source);
	else
		set_address(out, f, mapped, &v4_of(f)->ip.saddr,
			v4_of(f)->udp.source);
}

void frame_destination(const struct frame *f, bool mapped, union address *out)
{
	if (f->v6)
		set_address(out, f, mapped, &v6_of(f)->ip.ip6_dst,
			v6_of(f)->udp.dest);
	else
		set_address(out, f, mapped, &v4_of(f)->ip.daddr,
			v4_of(f)->udp.dest);
}

/* RFC 768: a sum of 0 is sent as its other form. */
void frame_seal(struct frame *f)
{
	uint8_t *udp = udp_of(f);
	uint16_t check = 0;

	memcpy(udp + 6, &check, sizeof(check));
	check = (uint16_t)~checksum_fold(
		checksum_add(pseudo_sum(f), udp, FRAME_UDP + f->payload_bytes));
	if (check == 0)
		check = 0xffff;
	memcpy(udp + 6, &check, sizeof(check));
}

static void write_v4(const struct frame *f, uint32_t from, uint32_t to)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tos = f->tos,
		.tot_len = htons((uint16_t)(20 + FRAME_UDP + f->payload_bytes)),
		.frag_off = htons(IP_DF),
		.ttl = f->ttl,
		.protocol = IPPROTO_UDP,
		.saddr = from,
		.daddr = to,
	};

	ip.check = (uint16_t)~checksum_fold(
		checksum_add(0, (uint8_t *)&ip, sizeof(ip)));
	memcpy(&v4_of(f)->ip, &ip, sizeof(ip));
}

static void write_v6(const struct frame *f, const struct in6_addr *from,
	const struct in6_addr *to)
{
	struct ip6_hdr ip = {.ip6_src = *from, .ip6_dst = *to};

	ip.ip6_flow = htonl(6u << 28 | (uint32_t)f->tos << 20);
	ip.ip6_plen = htons((uint16_t)(FRAME_UDP + f->payload_bytes));
	ip.ip6_nxt = IPPROTO_UDP;
	ip.ip6_hlim = f->ttl;
	memcpy(&v6_of(f)->ip, &ip, sizeof(ip));
}

static void write_udp(const struct frame *f, uint16_t from, uint16_t to)
{
	const struct udphdr udp = {
		.source = from,
		.dest = to,
		.len = htons((uint16_t)(FRAME_UDP + f->payload_bytes)),
	};

	memcpy(udp_of(f), &udp, sizeof(udp));
}

/* Padding must not tell what the frame held before (CVE-2003-0001). */
static uint32_t pad(const struct frame *f)
{
	uint32_t bytes = frame_headers(f->v6) + f->payload_bytes;

	if (bytes >= FRAME_LEAST)
		return bytes;
	memset(f->data + bytes, 0, FRAME_LEAST - bytes);
	return FRAME_LEAST;
}

static void write_ethernet(
	const struct frame *f, const uint8_t from[6], const uint8_t to[6])
{
	struct ethernet e = {.type = htons(f->v6 ? TYPE_V6 : TYPE_V4)};

	memcpy(e.from, from, sizeof(e.from));
	memcpy(e.to, to, sizeof(e.to));
	memcpy(f->data, &e, sizeof(e));
}

uint32_t frame_reply(struct frame *f, uint8_t ttl)
{
	struct ethernet *e = (struct ethernet *)f->data;

	f->tos = 0;
	f->ttl = ttl;
	write_ethernet(f, e->to, e->from);
	if (f->v6) {
		struct headers_v6 h = *v6_of(f);
		struct in6_addr from = h.ip.ip6_dst, to = h.ip.ip6_src;

		write_v6(f, &from, &to);
		write_udp(f, h.udp.dest, h.udp.source);
	} else {
		struct headers_v4 h = *v4_of(f);

		write_v4(f, h.ip.daddr, h.ip.saddr);
		write_udp(f, h.udp.dest, h.udp.source);
	}
	frame_seal(f);
	return pad(f);
}

uint32_t frame_build(struct frame *f, uint8_t *data,
	const struct frame_route *route, uint32_t payload_bytes)
{
	*f = (struct frame){
		.data = data,
		.v6 = route->from.sa.sa_family == AF_INET6,
		.tos = route->tos,
		.ttl = route->ttl,
		.payload_bytes = payload_bytes,
	};
	write_ethernet(f, route->mac_from, route->mac_to);
	if (f->v6)
		write_v6(f, &route->from.in6.sin6_addr,
			&route->to.in6.sin6_addr);
	else
		write_v4(f, route->from.in.sin_addr.s_addr,
			route->to.in.sin_addr.s_addr);
	write_udp(f, route->from.in.sin_port, route->to.in.sin_port);
	return pad(f);
}
