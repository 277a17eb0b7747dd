/* SPDX-License-Identifier: MIT */
#include "net/route.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct rtmsg route;
	char attributes[2 * RTA_SPACE(sizeof(struct in6_addr)) +
			RTA_SPACE(sizeof(uint32_t))];
};

static void add(struct request *r, unsigned short type, const void *data,
	unsigned short bytes)
{
	struct rtattr *a = (struct rtattr *)((char *)r + r->header.nlmsg_len);

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(bytes);
	memcpy(RTA_DATA(a), data, bytes);
	r->header.nlmsg_len += (uint32_t)RTA_SPACE(bytes);
}

static void add_address(
	struct request *r, unsigned short type, const union address *a)
{
	if (a->sa.sa_family == AF_INET6)
		add(r, type, &a->in6.sin6_addr, sizeof(a->in6.sin6_addr));
	else
		add(r, type, &a->in.sin_addr, sizeof(a->in.sin_addr));
}

static struct request request_of(
	const union address *to, const union address *from)
{
	bool v6 = to->sa.sa_family == AF_INET6;
	unsigned char bits = v6 ? 128 : 32;
	struct request r = {
		.header =
			{
				.nlmsg_len = NLMSG_LENGTH(sizeof(r.route)),
				.nlmsg_type = RTM_GETROUTE,
				.nlmsg_flags = NLM_F_REQUEST,
			},
		.route =
			{
				.rtm_family = to->sa.sa_family,
				.rtm_dst_len = bits,
			},
	};

	add_address(&r, RTA_DST, to);
	if (from->sa.sa_family == to->sa.sa_family) {
		r.route.rtm_src_len = bits;
		add_address(&r, RTA_SRC, from);
	}
	/* A link-local address names its link. */
	if (v6 && to->in6.sin6_scope_id)
		add(&r, RTA_OIF, &to->in6.sin6_scope_id, sizeof(uint32_t));
	return r;
}

static int device_of(const struct nlmsghdr *h, size_t bytes)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	const struct rtmsg *m = NLMSG_DATA(h);
	int left, index;

	if (bytes < sizeof(*h) || h->nlmsg_len > bytes)
		return -EPROTO;
	if (h->nlmsg_type == NLMSG_ERROR &&
		h->nlmsg_len >= NLMSG_LENGTH(sizeof(*e)))
		return e->error ? e->error : -EPROTO;
	if (h->nlmsg_type != RTM_NEWROUTE ||
		h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return -EPROTO;
	left = (int)RTM_PAYLOAD(h);
	for (const struct rtattr *a = RTM_RTA(m); RTA_OK(a, left);
		a = RTA_NEXT(a, left)) {
		if (a->rta_type != RTA_OIF || RTA_PAYLOAD(a) != sizeof(index))
			continue;
		memcpy(&index, RTA_DATA(a), sizeof(index));
		return index;
	}
	return -ENETUNREACH;
}

static int ask(int fd, const struct request *r)
{
	const struct timeval patience = {.tv_sec = 1};
	_Alignas(struct nlmsghdr) char buffer[8192];
	ssize_t n;

	if (setsockopt(
		    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
		send(fd, r, r->header.nlmsg_len, 0) < 0)
		return -errno;
	do
		n = recv(fd, buffer, sizeof(buffer), 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno
		     : device_of((const struct nlmsghdr *)buffer, (size_t)n);
}

int route_device(const union address *to, const union address *from)
{
	union address peer = *to, source = *from;
	struct request r;
	int fd, index;

	address_unmap(&peer);
	address_unmap(&source);
	r = request_of(&peer, &source);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	index = ask(fd, &r);
	close(fd);
	return index;
}
