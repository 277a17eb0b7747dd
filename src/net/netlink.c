/* SPDX-License-Identifier: MIT */
#include "net/netlink.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A message of a dump is at most a page or two. */
#define DUMP_BYTES 32768

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

const struct rtattr *netlink_among(
	const struct rtattr *first, size_t bytes, uint16_t type)
{
	int left = (int)bytes;

	for (; left > 0 && RTA_OK(first, left); first = RTA_NEXT(first, left))
		if ((first->rta_type & NLA_TYPE_MASK) == type)
			return first;
	return NULL;
}

const struct rtattr *netlink_find(
	const struct netlink_answer *a, size_t body, uint16_t type)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)a->bytes;

	if (h->nlmsg_len < NLMSG_SPACE(body))
		return NULL;
	return netlink_among((const void *)(a->bytes + NLMSG_SPACE(body)),
		h->nlmsg_len - NLMSG_SPACE(body), type);
}

int netlink_open(void)
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

struct dump {
	uint32_t sequence;
	uint16_t type;
	netlink_each *each;
	void *arg;
	bool done;
	int error;
};

/* NLMSG_OK() compares signed with unsigned. */
static bool is_whole(const struct nlmsghdr *h, int left)
{
	return left >= (int)sizeof(*h) && h->nlmsg_len >= sizeof(*h) &&
	       h->nlmsg_len <= (unsigned)left;
}

static void take(const struct nlmsghdr *h, struct dump *d)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	/* A leftover of an earlier dump that was abandoned. */
	if (h->nlmsg_seq != d->sequence)
		return;
	if (h->nlmsg_type == NLMSG_ERROR) {
		d->error = h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ? -EPROTO
								   : e->error;
		d->done = true;
	} else if (h->nlmsg_type == NLMSG_DONE) {
		d->done = true;
	} else if (h->nlmsg_type == d->type) {
		d->each(h, d->arg);
	}
}

int netlink_dump(int fd, struct netlink_question *q, uint16_t type,
	netlink_each *each, void *arg)
{
	static _Atomic uint32_t sequence;
	_Alignas(struct nlmsghdr) char buffer[DUMP_BYTES];
	struct dump d = {
		.sequence = ++sequence, .type = type, .each = each, .arg = arg};

	q->header.nlmsg_seq = d.sequence;
	if (send(fd, q, q->header.nlmsg_len, 0) < 0)
		return -errno;
	while (!d.error && !d.done) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;
		ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
		int left = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (; is_whole(h, left); h = NLMSG_NEXT(h, left))
			take(h, &d);
	}
	return d.error;
}
