/* SPDX-License-Identifier: MIT */
#include "net/neighbour.h"

#include "net/netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
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

#define RESOLVE_TICK_NS 10000000u
#define RESOLVE_TICKS   100

static void question_of(struct netlink_question *q, uint16_t type,
	uint16_t flags, int device, const union address *a)
{
	netlink_begin(q, type, flags, sizeof(q->body.neighbour));
	q->body.neighbour.ndm_family = (unsigned char)a->sa.sa_family;
	q->body.neighbour.ndm_ifindex = device;
	if (a->sa.sa_family == AF_INET6)
		netlink_add(q, NDA_DST, &a->in6.sin6_addr,
			sizeof(a->in6.sin6_addr));
	else
		netlink_add(
			q, NDA_DST, &a->in.sin_addr, sizeof(a->in.sin_addr));
}

/* One neighbour is looked up since Linux 5.0. */
int neighbour_read(uint8_t mac[6], int device, const union address *a)
{
	struct netlink_question q;
	struct netlink_answer answer;
	const struct rtattr *link;
	const struct ndmsg *m =
		NLMSG_DATA((const struct nlmsghdr *)answer.bytes);
	int error;

	question_of(&q, RTM_GETNEIGH, 0, device, a);
	error = netlink_ask(&q, RTM_NEWNEIGH, &answer);
	if (error)
		return error;
	link = netlink_find(&answer, sizeof(*m), NDA_LLADDR);
	if (!link || RTA_PAYLOAD(link) != 6 ||
		m->ndm_state & (NUD_INCOMPLETE | NUD_FAILED))
		return -ENOENT;
	memcpy(mac, RTA_DATA(link), 6);
	return 0;
}

/* As if a datagram were to be sent there. */
static int use(int device, const union address *a)
{
	struct netlink_question q;
	struct netlink_answer answer;

	question_of(&q, RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE, device, a);
	q.body.neighbour.ndm_flags = NTF_USE;
	return netlink_ask(&q, 0, &answer);
}

int neighbour_resolve(uint8_t mac[6], int device, const union address *a)
{
	const struct timespec tick = {.tv_nsec = RESOLVE_TICK_NS};
	int error;

	if (neighbour_read(mac, device, a) == 0)
		return 0;
	error = use(device, a);
	for (int i = 0; !error && i < RESOLVE_TICKS; i++) {
		nanosleep(&tick, NULL);
		if (neighbour_read(mac, device, a) == 0)
			return 0;
	}
	return error ? error : -EHOSTUNREACH;
}
