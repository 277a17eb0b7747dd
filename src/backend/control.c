/* SPDX-License-Identifier: MIT */
#include "backend/control.h"

#include <netinet/udp.h>
#include <string.h>

size_t control_room(const struct backend_config *config)
{
	size_t numbers = config->gro + config->tos + config->ttl;
	size_t bytes = numbers * CMSG_SPACE(sizeof(int));

	if (config->local)
		bytes += CMSG_SPACE(sizeof(struct in6_pktinfo));
	return CONTROL_LINES(bytes);
}

/*
 * ipi_addr is the datagram's destination, ipi_spec_dst the address to reply
 * from; they differ for broadcast and multicast (ip(7)).
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
 * Keeps the interface only for link-local addresses, which are meaningless
 * without it; for others the route decides, as it would without packet info.
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

static uint32_t read_number(const struct cmsghdr *c)
{
	int number;

	memcpy(&number, CMSG_DATA(c), sizeof(number));
	return (uint32_t)number;
}

/* TOS is delivered as a byte, other numbers as an int (ip(7)). */
static void read_ip(const struct cmsghdr *c, size_t bytes, struct train *t)
{
	if (c->cmsg_type == IP_PKTINFO && bytes >= sizeof(struct in_pktinfo))
		read_v4(c, &t->local);
	else if (c->cmsg_type == IP_TOS && bytes >= 1)
		t->tos = *CMSG_DATA(c);
	else if (c->cmsg_type == IP_TTL && bytes >= sizeof(int))
		t->ttl = (uint8_t)read_number(c);
}

static void read_ipv6(const struct cmsghdr *c, size_t bytes, struct train *t)
{
	if (c->cmsg_type == IPV6_PKTINFO && bytes >= sizeof(struct in6_pktinfo))
		read_v6(c, &t->local);
	else if (c->cmsg_type == IPV6_TCLASS && bytes >= sizeof(int))
		t->tos = (uint8_t)read_number(c);
	else if (c->cmsg_type == IPV6_HOPLIMIT && bytes >= sizeof(int))
		t->ttl = (uint8_t)read_number(c);
}

/* For IPv4, a dual-stack socket delivers some control messages as IPv6 and
 * others as IPv4. */
uint32_t control_read(const void *control, size_t bytes, struct train *t)
{
	struct msghdr h = {
		.msg_control = (void *)control,
		.msg_controllen = bytes,
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);
	uint32_t segment_bytes = 0;

	t->local = (struct local_address){.family = AF_UNSPEC};
	t->tos = t->ttl = 0;
	for (; c; c = CMSG_NXTHDR(&h, c)) {
		size_t length = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level == IPPROTO_IP)
			read_ip(c, length, t);
		else if (c->cmsg_level == IPPROTO_IPV6)
			read_ipv6(c, length, t);
		else if (c->cmsg_level == IPPROTO_UDP &&
			 c->cmsg_type == UDP_GRO && length >= sizeof(int))
			segment_bytes = read_number(c);
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

size_t control_write_train(void *control, const struct message *m)
{
	uint16_t segment_bytes = (uint16_t)m->segment_bytes;

	if (m->segments == 1)
		return 0;
	return put(control, IPPROTO_UDP, UDP_SEGMENT, &segment_bytes,
		sizeof(segment_bytes));
}

size_t control_write(void *control, const struct message *m)
{
	size_t n = control_write_train(control, m);

	if (m->local->family != AF_UNSPEC)
		n += put_local((char *)control + n, m->local);
	return n;
}
