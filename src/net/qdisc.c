/* SPDX-License-Identifier: MIT */
#include "net/qdisc.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

/* A message of a dump is at most a page or two. */
#define BUFFER_BYTES 32768

struct look {
	void (*take)(const struct nlmsghdr *h, struct look *l);
	bool done;
	uint32_t sequence;
	int error;
	bool loopback;
	struct qdisc_counts *out;
	unsigned device;
	enum qdisc_pacer pacer;
	bool queues; /* it has a discipline that does something */
};

int qdisc_open(void)
{
	const struct timeval patience = {.tv_sec = 1};
	int error,
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		    sizeof(patience)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int ask(int fd, uint32_t sequence)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header =
			{
				.nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETQDISC,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
				.nlmsg_seq = sequence,
			},
		.tc = {.tcm_family = AF_UNSPEC},
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

static const struct rtattr *find(
	const struct rtattr *a, int bytes, unsigned short type)
{
	for (; RTA_OK(a, bytes); a = RTA_NEXT(a, bytes))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

static void add(const struct nlmsghdr *h, struct look *l)
{
	const struct tcmsg *tc = NLMSG_DATA(h);
	const struct rtattr *stats, *queue;
	struct gnet_stats_queue q = {0};

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
		(tc->tcm_ifindex == QDISC_LOOPBACK) != l->loopback)
		return;
	stats = find(TCA_RTA(tc), (int)TCA_PAYLOAD(h), TCA_STATS2);
	if (!stats)
		return;
	queue = find(RTA_DATA(stats), (int)RTA_PAYLOAD(stats), TCA_STATS_QUEUE);
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

/* NLMSG_OK() compares signed with unsigned. */
static bool is_whole(const struct nlmsghdr *h, int left)
{
	return left >= (int)sizeof(*h) && h->nlmsg_len >= sizeof(*h) &&
	       h->nlmsg_len <= (unsigned)left;
}

static void take(const struct nlmsghdr *h, struct look *l)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	/* A leftover of an earlier dump that was abandoned. */
	if (h->nlmsg_seq != l->sequence)
		return;
	if (h->nlmsg_type == NLMSG_ERROR) {
		l->error = h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ? -EPROTO
								   : e->error;
		l->done = true;
	} else if (h->nlmsg_type == NLMSG_DONE) {
		l->done = true;
	} else if (h->nlmsg_type == RTM_NEWQDISC) {
		l->take(h, l);
	}
}

static int dump(int fd, struct look *l)
{
	static _Atomic uint32_t sequence;
	_Alignas(struct nlmsghdr) char buffer[BUFFER_BYTES];
	int error;

	l->sequence = ++sequence;
	error = ask(fd, l->sequence);
	while (!error && !l->done) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;
		ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
		int left = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (; is_whole(h, left); h = NLMSG_NEXT(h, left))
			take(h, l);
		error = l->error;
	}
	return error;
}

int qdisc_read(int fd, bool loopback, struct qdisc_counts *out)
{
	struct look l = {.take = add, .loopback = loopback, .out = out};

	*out = (struct qdisc_counts){0};
	return dump(fd, &l);
}

static void find_pacer(const struct nlmsghdr *h, struct look *l)
{
	const struct tcmsg *tc = NLMSG_DATA(h);
	const struct rtattr *kind;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
		(unsigned)tc->tcm_ifindex != l->device || l->pacer)
		return;
	kind = find(TCA_RTA(tc), (int)TCA_PAYLOAD(h), TCA_KIND);
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
	struct look l = {.take = find_pacer, .device = device};
	int error = dump(fd, &l);

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

static void find_queue(const struct nlmsghdr *h, struct look *l)
{
	const struct tcmsg *tc = NLMSG_DATA(h);
	const struct rtattr *kind;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
		(unsigned)tc->tcm_ifindex != l->device)
		return;
	kind = find(TCA_RTA(tc), (int)TCA_PAYLOAD(h), TCA_KIND);
	if (!kind || RTA_PAYLOAD(kind) != sizeof("noqueue") ||
		memcmp(RTA_DATA(kind), "noqueue", sizeof("noqueue")) != 0)
		l->queues = true;
}

int qdisc_has_none(int fd, unsigned device)
{
	struct look l = {.take = find_queue, .device = device};
	int error = dump(fd, &l);

	return error ? error : !l.queues;
}
