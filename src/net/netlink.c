/* SPDX-License-Identifier: MIT */
#include "net/netlink.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

void netlink_begin(
	struct netlink_question *q, uint16_t type, uint16_t flags, size_t body)
{
	*q = (struct netlink_question){
		.header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(body),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags},
	};
}

void netlink_add(struct netlink_question *q, uint16_t type, const void *data,
	size_t bytes)
{
	size_t at = NLMSG_ALIGN(q->header.nlmsg_len);
	struct rtattr a = {
		.rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(bytes)};

	assert(at + RTA_SPACE(bytes) <= sizeof(*q));
	memcpy((char *)q + at, &a, sizeof(a));
	memcpy((char *)q + at + RTA_LENGTH(0), data, bytes);
	q->header.nlmsg_len = (uint32_t)(at + RTA_SPACE(bytes));
}

static int judge(const struct nlmsghdr *h, size_t bytes, uint16_t type)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (bytes < sizeof(*h) || h->nlmsg_len < sizeof(*h) ||
		h->nlmsg_len > bytes)
		return -EPROTO;
	if (h->nlmsg_type == NLMSG_ERROR &&
		h->nlmsg_len >= NLMSG_LENGTH(sizeof(*e)))
		return e->error || !type ? e->error : -EPROTO;
	return h->nlmsg_type == type ? 0 : -EPROTO;
}

static int ask(int fd, const struct netlink_question *q, uint16_t type,
	struct netlink_answer *out)
{
	const struct timeval patience = {.tv_sec = 1};
	ssize_t n;

	if (setsockopt(
		    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
		send(fd, q, q->header.nlmsg_len, 0) < 0)
		return -errno;
	do
		n = recv(fd, out->bytes, sizeof(out->bytes), 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno
		     : judge((const struct nlmsghdr *)out->bytes, (size_t)n,
			       type);
}

int netlink_ask(const struct netlink_question *q, uint16_t type,
	struct netlink_answer *out)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -errno;
	error = ask(fd, q, type, out);
	close(fd);
	return error;
}

const struct rtattr *netlink_find(
	const struct netlink_answer *a, size_t body, uint16_t type)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)a->bytes;
	int left = (int)h->nlmsg_len - (int)NLMSG_SPACE(body);
	const struct rtattr *at = (const void *)(a->bytes + NLMSG_SPACE(body));

	for (; left > 0 && RTA_OK(at, left); at = RTA_NEXT(at, left))
		if ((at->rta_type & NLA_TYPE_MASK) == type)
			return at;
	return NULL;
}
