/* SPDX-License-Identifier: MIT */
#include "load/engine/reports.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>

/* Per call; errors left over make the socket's next call fail again. */
#define READS_MAX 1024

static void note(struct engine_reports *q, const struct cmsghdr *c)
{
	struct sock_extended_err e;

	if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		!(c->cmsg_level == IPPROTO_IPV6 &&
			c->cmsg_type == IPV6_RECVERR))
		return;
	if (c->cmsg_len < CMSG_LEN(sizeof(e)))
		return;
	memcpy(&e, CMSG_DATA(c), sizeof(e));
	if (e.ee_origin != SO_EE_ORIGIN_ICMP &&
		e.ee_origin != SO_EE_ORIGIN_ICMP6)
		return;
	if (e.ee_errno == EMSGSIZE)
		q->too_big++;
	else if (e.ee_errno == ECONNREFUSED)
		q->refused++;
	else
		q->other++;
}

void reports_read(int fd, struct engine_reports *out)
{
	_Alignas(struct cmsghdr) char control[256];

	*out = (struct engine_reports){0};
	for (int i = 0; i < READS_MAX; i++) {
		struct msghdr h = {
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c;
			c = CMSG_NXTHDR(&h, c))
			note(out, c);
	}
}
