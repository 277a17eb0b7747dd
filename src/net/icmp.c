/* SPDX-License-Identifier: MIT */
#include "net/icmp.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>

static int error_in(const struct cmsghdr *c)
{
	struct sock_extended_err e;

	if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		!(c->cmsg_level == IPPROTO_IPV6 &&
			c->cmsg_type == IPV6_RECVERR))
		return 0;
	if (c->cmsg_len < CMSG_LEN(sizeof(e)))
		return 0;
	memcpy(&e, CMSG_DATA(c), sizeof(e));
	return e.ee_origin == SO_EE_ORIGIN_ICMP ||
			       e.ee_origin == SO_EE_ORIGIN_ICMP6
		       ? (int)e.ee_errno
		       : 0;
}

int icmp_next_error(int fd)
{
	_Alignas(struct cmsghdr) char control[512];
	int error = 0;

	while (!error) {
		struct msghdr h = {
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return 0;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c && !error;
			c = CMSG_NXTHDR(&h, c))
			error = error_in(c);
	}
	return error;
}
