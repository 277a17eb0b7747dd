/* SPDX-License-Identifier: MIT */
#include "net/otherhost.h"

#include "net/netlink.h"

#include <string.h>

/* In struct rtnl_link_stats64, of whose fields it is the last so far. */
#define PLACE offsetof(struct rtnl_link_stats64, rx_otherhost_dropped)

static void add(const struct nlmsghdr *h, void *arg)
{
	const struct if_stats_msg *of = NLMSG_DATA(h);
	const struct rtattr *stats;
	uint64_t *sum = arg, packets;

	if (h->nlmsg_len < NLMSG_SPACE(sizeof(*of)))
		return;
	stats = netlink_among(
		(const void *)((const char *)h + NLMSG_SPACE(sizeof(*of))),
		h->nlmsg_len - NLMSG_SPACE(sizeof(*of)), IFLA_STATS_LINK_64);
	if (!stats || RTA_PAYLOAD(stats) < PLACE + sizeof(packets))
		return;
	memcpy(&packets, (const char *)RTA_DATA(stats) + PLACE,
		sizeof(packets));
	*sum += packets;
}

int otherhost_read(int fd, uint64_t *packets)
{
	struct netlink_question q;
	uint64_t sum = 0;
	int error;

	netlink_begin(&q, RTM_GETSTATS, NLM_F_DUMP, sizeof(q.body.statistics));
	q.body.statistics.filter_mask =
		IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
	error = netlink_dump(fd, &q, RTM_NEWSTATS, add, &sum);
	*packets = error ? 0 : sum;
	return error;
}
