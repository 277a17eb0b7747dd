/* SPDX-License-Identifier: MIT */
#include "backend/control.h"

#include <netinet/udp.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/*
 * ipi_addr is where the datagram was sent to, ipi_spec_dst what a reply to it
 * should come from: they differ for broadcast and multicast (ip(7)).
 */
static void read_v4(const struct cmsghdr *c, struct local_address *local)
{
	struct in_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof(info));
	local->family = AF_INET;
	local->v4 = info.ipi_spec_dst;
	local->group = info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
}

/*
 * The interface is kept for link-local addresses only, which mean nothing
 * without; elsewhere the route decides, as it would without packet info.
 */
static void read_v6(const struct cmsghdr *c, struct local_address *local)
{
	struct in6_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof(info));
	local->family = AF_INET6;
	local->v6 = info.ipi6_addr;
	local->group = IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
	if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
		local->interface = info.ipi6_ifindex;
}

uint32_t control_read(const struct msghdr *h, struct train *t)
{
	uint32_t segment_bytes = 0;
	int gro;

	t->local = (struct local_address){.family = AF_UNSPEC};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c;
		c = CMSG_NXTHDR((struct msghdr *)h, c)) {
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
			memcpy(&gro, CMSG_DATA(c), sizeof(gro));
			segment_bytes = (uint32_t)gro;
		} else if (c->cmsg_level == IPPROTO_IP &&
			   c->cmsg_type == IP_PKTINFO) {
			read_v4(c, &t->local);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			read_v6(c, &t->local);
		}
	}
	return segment_bytes;
}

static size_t put(void *at, int level, int type, const void *data, size_t bytes)
{
	struct cmsghdr *c = at;

	memset(at, 0, CMSG_SPACE(bytes));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(c), data, bytes);
	return CMSG_SPACE(bytes);
}

static size_t put_local(void *at, const struct local_address *l)
{
	struct in_pktinfo v4 = {.ipi_spec_dst = l->v4};
	struct in6_pktinfo v6 = {
		.ipi6_addr = l->v6,
		.ipi6_ifindex = l->interface,
	};

	if (l->family == AF_INET)
		return put(at, IPPROTO_IP, IP_PKTINFO, &v4, sizeof(v4));
	return put(at, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof(v6));
}

size_t control_write(void *control, const struct message *m)
{
	uint16_t segment_bytes = (uint16_t)m->segment_bytes;
	size_t n = 0;

	if (m->segments > 1)
		n = put(control, IPPROTO_UDP, UDP_SEGMENT, &segment_bytes,
			sizeof(segment_bytes));
	if (m->local->family != AF_UNSPEC)
		n += put_local((char *)control + n, m->local);
	return n;
}
