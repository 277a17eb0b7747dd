/* SPDX-License-Identifier: MIT */
#include "net/link.h"

#include "net/netlink.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct rtattr *find(
	const struct netlink_answer *a, unsigned short type)
{
	return netlink_find(a, sizeof(struct ifinfomsg), type);
}

static uint32_t number_at(const struct rtattr *a, uint32_t otherwise)
{
	uint32_t v = otherwise;

	if (a && RTA_PAYLOAD(a) == sizeof(v))
		memcpy(&v, RTA_DATA(a), sizeof(v));
	return v;
}

static void text_at(const struct rtattr *a, char *out, size_t bytes)
{
	if (a)
		snprintf(out, bytes, "%.*s", (int)RTA_PAYLOAD(a),
			(const char *)RTA_DATA(a));
}

static const struct rtattr *inside(
	const struct rtattr *nest, unsigned short type)
{
	const struct rtattr *a = nest ? RTA_DATA(nest) : NULL;
	int left = nest ? (int)RTA_PAYLOAD(nest) : 0;

	for (; a && RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

/* A program in generic mode is run by the network stack instead. */
static bool runs_in_driver(const struct rtattr *attached)
{
	uint8_t mode = XDP_ATTACHED_NONE;

	if (attached)
		mode = *(const uint8_t *)RTA_DATA(attached);
	return mode == XDP_ATTACHED_DRV || mode == XDP_ATTACHED_MULTI;
}

static void read_answer(struct link_about *out, const struct netlink_answer *a)
{
	const struct ifinfomsg *m =
		NLMSG_DATA((const struct nlmsghdr *)a->bytes);
	const struct rtattr *mac = find(a, IFLA_ADDRESS);
	const struct rtattr *xdp = inside(find(a, IFLA_XDP), IFLA_XDP_ATTACHED);

	*out = (struct link_about){
		.ethernet = m->ifi_type == ARPHRD_ETHER,
		.loopback = m->ifi_flags & IFF_LOOPBACK,
		.up = m->ifi_flags & IFF_UP,
		.xdp_native = runs_in_driver(xdp),
		.mtu = number_at(find(a, IFLA_MTU), 0),
		.peer = number_at(find(a, IFLA_LINK), 0),
		.peer_in =
			(int)number_at(find(a, IFLA_LINK_NETNSID), UINT32_MAX),
	};
	text_at(find(a, IFLA_IFNAME), out->name, sizeof(out->name));
	text_at(inside(find(a, IFLA_LINKINFO), IFLA_INFO_KIND), out->kind,
		sizeof(out->kind));
	if (mac && RTA_PAYLOAD(mac) == sizeof(out->mac))
		memcpy(out->mac, RTA_DATA(mac), sizeof(out->mac));
	else
		out->ethernet = false;
}

int link_read(struct link_about *out, unsigned index)
{
	struct netlink_question q;
	struct netlink_answer a;
	int error;

	netlink_begin(&q, RTM_GETLINK, 0, sizeof(q.body.link));
	q.body.link.ifi_index = (int)index;
	error = netlink_ask(&q, RTM_NEWLINK, &a);
	if (!error)
		read_answer(out, &a);
	return error;
}

int link_netns_id(int netns)
{
	uint32_t fd = (uint32_t)netns;
	struct netlink_question q;
	struct netlink_answer a;

	netlink_begin(&q, RTM_GETNSID, 0, sizeof(q.body.general));
	netlink_add(&q, NETNSA_FD, &fd, sizeof(fd));
	if (netlink_ask(&q, RTM_NEWNSID, &a))
		return -1;
	return (int)number_at(
		netlink_find(&a, sizeof(q.body.general), NETNSA_NSID),
		UINT32_MAX);
}

bool link_has_gro(const char *name)
{
	struct ethtool_value v = {.cmd = ETHTOOL_GGRO};
	struct ifreq r = {.ifr_data = (void *)&v};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has;

	if (fd < 0)
		return false;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	has = ioctl(fd, SIOCETHTOOL, &r) == 0 && v.data;
	close(fd);
	return has;
}
