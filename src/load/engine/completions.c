/* SPDX-License-Identifier: MIT */
#include "load/engine/completions.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>

static bool understand(
	const struct sock_extended_err *e, struct completion *out)
{
	switch (e->ee_origin) {
	case SO_EE_ORIGIN_ZEROCOPY:
		*out = (struct completion){
			.first = e->ee_info,
			.last = e->ee_data,
			.copied = e->ee_code & SO_EE_CODE_ZEROCOPY_COPIED,
		};
		return e->ee_errno == 0;
	case SO_EE_ORIGIN_ICMP:
	case SO_EE_ORIGIN_ICMP6:
		*out = (struct completion){.error = (int)e->ee_errno};
		return e->ee_errno != 0;
	default:
		return false;
	}
}

static bool read_one(const struct cmsghdr *c, struct completion *out)
{
	struct sock_extended_err e;

	if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		!(c->cmsg_level == IPPROTO_IPV6 &&
			c->cmsg_type == IPV6_RECVERR))
		return false;
	if (c->cmsg_len < CMSG_LEN(sizeof(e)))
		return false;
	memcpy(&e, CMSG_DATA(c), sizeof(e));
	return understand(&e, out);
}

bool completions_next(int fd, struct completion *out)
{
	_Alignas(struct cmsghdr) char control[512];

	for (;;) {
		struct msghdr h = {
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return false;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c;
			c = CMSG_NXTHDR(&h, c))
			if (read_one(c, out))
				return true;
	}
}
