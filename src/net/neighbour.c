/* SPDX-License-Identifier: MIT */
#include "net/neighbour.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The largest piece of a dump. */
#define PIECE_BYTES 32768

struct dump {
	neighbour_fn *each;
	void *arg;
	int count;
	bool done;
	_Alignas(struct nlmsghdr) char piece[PIECE_BYTES];
};

static int ask(int fd)
{
	const struct {
		struct nlmsghdr header;
		struct ndmsg neighbour;
	} request = {
		.header =
			{
				.nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETNEIGH,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			},
		.neighbour = {.ndm_family = AF_UNSPEC},
	};

	if (send(fd, &request, sizeof(request), 0) != sizeof(request))
		return -errno;
	return 0;
}

static bool read_address(
	union address *a, sa_family_t family, const struct rtattr *attribute)
{
	size_t bytes = RTA_PAYLOAD(attribute);

	memset(a, 0, sizeof(*a));
	a->sa.sa_family = family;
	if (family == AF_INET && bytes == sizeof(a->in.sin_addr))
		memcpy(&a->in.sin_addr, RTA_DATA(attribute), bytes);
	else if (family == AF_INET6 && bytes == sizeof(a->in6.sin6_addr))
		memcpy(&a->in6.sin6_addr, RTA_DATA(attribute), bytes);
	else
		return false;
	return true;
}

static void read_neighbour(struct dump *d, const struct nlmsghdr *h)
{
	const struct ndmsg *m = NLMSG_DATA(h);
	const struct rtattr *a = (const void *)(m + 1);
	int left = (int)h->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*m));
	union address neighbour;

	if (left < 0 || !(m->ndm_state & (NUD_INCOMPLETE | NUD_FAILED)))
		return;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != NDA_DST ||
			!read_address(&neighbour, m->ndm_family, a))
			continue;
		d->each(d->arg, &neighbour);
		d->count++;
	}
}

static int read_piece(struct dump *d, size_t bytes)
{
	const char *at = d->piece, *end = at + bytes;

	while ((size_t)(end - at) >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *h = (const void *)at;

		if (h->nlmsg_len < sizeof(*h) ||
			h->nlmsg_len > (size_t)(end - at))
			return -EPROTO;
		if (h->nlmsg_type == NLMSG_DONE)
			d->done = true;
		else if (h->nlmsg_type == NLMSG_ERROR)
			return -EPROTO;
		else if (h->nlmsg_type == RTM_NEWNEIGH)
			read_neighbour(d, h);
		if (NLMSG_ALIGN(h->nlmsg_len) >= (size_t)(end - at))
			break;
		at += NLMSG_ALIGN(h->nlmsg_len);
	}
	return 0;
}

int neighbours_unresolved(neighbour_fn *each, void *arg)
{
	struct dump d = {.each = each, .arg = arg};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -errno;
	error = ask(fd);
	while (!error && !d.done) {
		/* Each piece is ready before the previous call returns. */
		ssize_t n = recv(fd, d.piece, sizeof(d.piece), MSG_DONTWAIT);

		error = n < 0 ? -errno : read_piece(&d, (size_t)n);
	}
	close(fd);
	return error ? error : d.count;
}
