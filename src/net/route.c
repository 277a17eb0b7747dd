/* SPDX-License-Identifier: MIT */
#include "net/route.h"

#include "net/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void add_address(
	struct netlink_question *q, uint16_t type, const union address *a)
{
	if (a->sa.sa_family == AF_INET6)
		netlink_add(
			q, type, &a->in6.sin6_addr, sizeof(a->in6.sin6_addr));
	else
		netlink_add(q, type, &a->in.sin_addr, sizeof(a->in.sin_addr));
}

static void question_of(struct netlink_question *q, const union address *to,
	const union address *from, unsigned device)
{
	bool v6 = to->sa.sa_family == AF_INET6;
	unsigned char bits = v6 ? 128 : 32;

	netlink_begin(q, RTM_GETROUTE, 0, sizeof(q->body.route));
	q->body.route.rtm_family = (unsigned char)to->sa.sa_family;
	q->body.route.rtm_dst_len = bits;
	add_address(q, RTA_DST, to);
	if (from->sa.sa_family == to->sa.sa_family) {
		q->body.route.rtm_src_len = bits;
		add_address(q, RTA_SRC, from);
	}
	/* A link-local address names its link. */
	if (v6 && !device)
		device = to->in6.sin6_scope_id;
	if (device)
		netlink_add(q, RTA_OIF, &device, sizeof(device));
}

static const struct rtattr *find(
	const struct netlink_answer *a, unsigned short type)
{
	return netlink_find(a, sizeof(struct rtmsg), type);
}

static void set_address(
	union address *out, sa_family_t family, const void *data, size_t bytes)
{
	*out = (union address){.sa.sa_family = family};
	if (family == AF_INET6 && bytes == sizeof(out->in6.sin6_addr))
		memcpy(&out->in6.sin6_addr, data, bytes);
	else if (family == AF_INET && bytes == sizeof(out->in.sin_addr))
		memcpy(&out->in.sin_addr, data, bytes);
	else
		*out = (union address){0};
}

/* RTA_VIA: a gateway of another family. */
static void read_next(
	struct route *out, const struct netlink_answer *a, sa_family_t family)
{
	const struct rtattr *gateway = find(a, RTA_GATEWAY);
	const struct rtattr *via = find(a, RTA_VIA);
	const struct rtvia *v = via ? RTA_DATA(via) : NULL;

	if (gateway)
		set_address(&out->next, family, RTA_DATA(gateway),
			RTA_PAYLOAD(gateway));
	else if (v && RTA_PAYLOAD(via) > sizeof(*v))
		set_address(&out->next, v->rtvia_family, v->rtvia_addr,
			RTA_PAYLOAD(via) - sizeof(*v));
}

int route_find(struct route *out, const union address *to,
	const union address *from, unsigned only)
{
	union address peer = *to, source = *from;
	const struct rtattr *device;
	struct netlink_question q;
	struct netlink_answer a;
	int error;

	address_unmap(&peer);
	address_unmap(&source);
	question_of(&q, &peer, &source, only);
	error = netlink_ask(&q, RTM_NEWROUTE, &a);
	if (error)
		return error;
	device = find(&a, RTA_OIF);
	if (!device || RTA_PAYLOAD(device) != sizeof(out->device))
		return -ENETUNREACH;
	memcpy(&out->device, RTA_DATA(device), sizeof(out->device));
	out->next = peer;
	address_set_port(&out->next, 0);
	read_next(out, &a, peer.sa.sa_family);
	return 0;
}

int route_device(const union address *to, const union address *from)
{
	struct route r;
	int error = route_find(&r, to, from, 0);

	return error ? error : r.device;
}
