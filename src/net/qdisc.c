/* SPDX-License-Identifier: MIT */
#include "net/qdisc.h"

#include "net/netlink.h"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

struct look {
	bool loopback;
	struct qdisc_counts *out;
	unsigned device;
	enum qdisc_pacer pacer;
	bool queues; /* it has a discipline that does something */
};

int qdisc_open(void)
{
	return netlink_open();
}

static void add(const struct nlmsghdr *h, void *arg)
{
	struct look *l = arg;
	const struct tcmsg *tc = NLMSG_DATA(h);
	const struct rtattr *stats, *queue;
	struct gnet_stats_queue q = {0};

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
		(tc->tcm_ifindex == QDISC_LOOPBACK) != l->loopback)
		return;
	stats = netlink_among(TCA_RTA(tc), TCA_PAYLOAD(h), TCA_STATS2);
	if (!stats)
		return;
	queue = netlink_among(
		RTA_DATA(stats), RTA_PAYLOAD(stats), TCA_STATS_QUEUE);
	if (!queue)
		return;
	memcpy(&q, RTA_DATA(queue),
		RTA_PAYLOAD(queue) < sizeof(q) ? RTA_PAYLOAD(queue)
					       : sizeof(q));
	if (tc->tcm_parent == TC_H_ROOT) {
		l->out->drops += q.drops;
		l->out->queued += q.qlen;
	} else if (tc->tcm_parent == TC_H_INGRESS) {
		l->out->filtered += q.drops;
	}
}

static int dump(int fd, netlink_each *each, struct look *l)
{
	struct netlink_question q;

	netlink_begin(&q, RTM_GETQDISC, NLM_F_DUMP, sizeof(q.body.discipline));
	return netlink_dump(fd, &q, RTM_NEWQDISC, each, l);
}

int qdisc_read(int fd, bool loopback, struct qdisc_counts *out)
{
	struct look l = {.loopback = loopback, .out = out};

	*out = (struct qdisc_counts){0};
	return dump(fd, add, &l);
}

static void find_pacer(const struct nlmsghdr *h, void *arg)
{
	struct look *l = arg;
	const struct tcmsg *tc = NLMSG_DATA(h);
	const struct rtattr *kind;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
		(unsigned)tc->tcm_ifindex != l->device || l->pacer)
		return;
	kind = netlink_among(TCA_RTA(tc), TCA_PAYLOAD(h), TCA_KIND);
	if (!kind)
		return;
	if (RTA_PAYLOAD(kind) == sizeof("fq") &&
		memcmp(RTA_DATA(kind), "fq", sizeof("fq")) == 0)
		l->pacer = QDISC_FQ;
	else if (RTA_PAYLOAD(kind) == sizeof("etf") &&
		 memcmp(RTA_DATA(kind), "etf", sizeof("etf")) == 0)
		l->pacer = QDISC_ETF;
}

int qdisc_pacer(int fd, unsigned device)
{
	struct look l = {.device = device};
	int error = dump(fd, find_pacer, &l);

	return error ? error : (int)l.pacer;
}

/* By the version, since other namespaces than the first do not have the
 * sysctl. */
bool qdisc_bursts_in(const char *release)
{
	unsigned major, minor;

	return sscanf(release, "%u.%u", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 19));
}

bool qdisc_bursts(void)
{
	struct utsname name;

	return uname(&name) == 0 && qdisc_bursts_in(name.release);
}

static void find_queue(const struct nlmsghdr *h, void *arg)
{
	struct look *l = arg;
	const struct tcmsg *tc = NLMSG_DATA(h);
	const struct rtattr *kind;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
		(unsigned)tc->tcm_ifindex != l->device)
		return;
	kind = netlink_among(TCA_RTA(tc), TCA_PAYLOAD(h), TCA_KIND);
	if (!kind || RTA_PAYLOAD(kind) != sizeof("noqueue") ||
		memcmp(RTA_DATA(kind), "noqueue", sizeof("noqueue")) != 0)
		l->queues = true;
}

int qdisc_has_none(int fd, unsigned device)
{
	struct look l = {.device = device};
	int error = dump(fd, find_queue, &l);

	return error ? error : !l.queues;
}
