/* SPDX-License-Identifier: MIT */
#include "load/engine/inbox.h"

#include "core/train.h"
#include "net/call.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/time.h>

/* The most receives in one turn of a socket. */
#define TURN_RECEIVES 4

static void init_headers(struct inbox *b)
{
	for (uint32_t i = 0; i < ENGINE_ARRIVALS; i++) {
		b->iov[i] = (struct iovec){slots_at(&b->slots, i), TRAIN_ROOM};
		b->headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &b->iov[i],
			.msg_iovlen = 1,
			.msg_control = b->control[i].bytes,
		};
	}
	b->used = ENGINE_ARRIVALS;
}

static int init_links(struct inbox *b, uint32_t sockets)
{
	b->links = calloc(sockets, sizeof(*b->links));
	if (!b->links)
		return -ENOMEM;
	b->sockets = sockets;
	/* In this order the list hands out the first link first. */
	for (uint32_t i = sockets; i-- > 0;) {
		b->links[i] = (struct link){.fd = -1, .next = b->unused};
		b->unused = &b->links[i];
	}
	return 0;
}

static bool are_few(const struct inbox *b)
{
	return b->sockets <= READY_FEW && !b->others;
}

int inbox_init(struct inbox *b, uint32_t sockets)
{
	int error = init_links(b, sockets);

	if (!error)
		error = ready_init(&b->ready, are_few(b));
	if (!error)
		error = slots_init(&b->slots, ENGINE_ARRIVALS, TRAIN_ROOM);
	if (!error)
		init_headers(b);
	return error;
}

void inbox_fini(struct inbox *b)
{
	slots_fini(&b->slots);
	ready_fini(&b->ready);
	free(b->links);
	*b = (struct inbox){0};
}

static bool is_alone(const struct inbox *b)
{
	return b->sockets == 1 && !b->polls && !b->others;
}

/* Linux before 5.12 cannot tell. */
static bool may_have_gro(int fd)
{
	int on = 0;
	socklen_t bytes = sizeof(on);

	return getsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, &bytes) != 0 || on;
}

int inbox_add(struct inbox *b, int fd, void *owner, struct link **out)
{
	static const struct timeval idle = {.tv_usec = ENGINE_IDLE_NS / 1000};
	struct link *link = b->unused;
	int error;

	if (!link)
		return -ENOSPC;
	if (is_alone(b) &&
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle)))
		return -errno;
	error = ready_watch(&b->ready, fd, link);
	if (error)
		return error;
	b->unused = link->next;
	*link = (struct link){
		.fd = fd, .owner = owner, .gro = may_have_gro(fd)};
	*out = link;
	return 0;
}

void inbox_remove(struct inbox *b, struct link *link)
{
	ready_unwatch(&b->ready, link->fd);
	if (b->current == link)
		b->receives = 0;
	*link = (struct link){.fd = -1, .next = b->unused};
	b->unused = link;
}

static void tell(struct inbox *b, struct engine_arrivals *in, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t bytes = b->headers[i].msg_len;
		struct msghdr *h = &b->headers[i].msg_hdr;
		uint32_t segment = h->msg_controllen ? cmsg_segment(h) : 0;

		if (segment == 0 || segment > bytes)
			segment = bytes;
		in->at[i] = (struct engine_arrival){
			b->iov[i].iov_base, bytes, segment};
	}
}

/* recvmsg(2) for the size of segments, which a socket without GRO has not. */
static ssize_t receive_one(struct inbox *b, const struct link *link, int flags)
{
	struct msghdr *h = &b->headers[0].msg_hdr;

	if (link->gro)
		return call_recvmsg(link->fd, h, flags);
	h->msg_controllen = 0;
	return call_recvfrom(link->fd, b->iov[0].iov_base, b->iov[0].iov_len,
		flags, NULL, NULL);
}

/* As recvmmsg(2), or one by recvmsg(2) where no more are expected: it does not
 * look for another. */
static int receive(struct inbox *b, struct link *link, int flags)
{
	struct mmsghdr *first = &b->headers[0];
	ssize_t n;

	for (uint32_t i = 0; i < b->used; i++)
		b->headers[i].msg_hdr.msg_controllen =
			sizeof(b->control[i].bytes);
	b->used = 1;
	if (!lone_expected(&link->lone)) {
		n = call_recvmmsg(link->fd, b->headers, ENGINE_ARRIVALS,
			flags | MSG_WAITFORONE);
		if (n > 0)
			b->used = (uint32_t)n;
		return (int)n;
	}
	n = receive_one(b, link, flags);
	if (n < 0)
		return -1;
	first->msg_len = (unsigned)n;
	return 1;
}

/* Receives one batch from the socket. Returns its size; 0: nothing there. */
static int take(struct inbox *b, struct link *link, struct engine_arrivals *in,
	int flags)
{
	int n = receive(b, link, flags);

	b->receives = b->current == link ? b->receives + 1 : 1;
	b->current = link;
	in->owner = link->owner;
	in->count = 0;
	in->more = n == ENGINE_ARRIVALS && b->receives < TURN_RECEIVES;
	if (!in->more)
		b->receives = 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	lone_note(&link->lone, (uint32_t)n);
	in->count = (uint32_t)n;
	tell(b, in, in->count);
	return n;
}

/* Polls all sockets, beginning with the next in turn, until one has
 * something. */
static int scan(struct inbox *b, struct engine_arrivals *in)
{
	int n = 0;

	for (uint32_t i = 0; i < b->sockets && n == 0; i++) {
		struct link *link = &b->links[b->turn];

		if (++b->turn == b->sockets)
			b->turn = 0;
		if (link->fd >= 0)
			n = take(b, link, in, MSG_DONTWAIT);
	}
	return n;
}

/* Takes from the next socket that a wait has found and that has something. */
static int take_ready(struct inbox *b, struct engine_arrivals *in)
{
	struct link *link;
	int n = 0;

	while (n == 0 && (link = ready_next(&b->ready)))
		if (link->fd >= 0)
			n = take(b, link, in, MSG_DONTWAIT);
	return n;
}

int inbox_recv(struct inbox *b, struct engine_arrivals *in, uint64_t timeout_ns)
{
	bool few = are_few(b);
	int n;

	if (b->receives)
		return take(b, b->current, in, MSG_DONTWAIT);
	if (is_alone(b) && timeout_ns >= ENGINE_IDLE_NS && b->links->fd >= 0)
		return take(b, b->links, in, 0);
	n = few ? scan(b, in) : take_ready(b, in);
	if (n != 0 || (few && timeout_ns == 0))
		return n;
	in->owner = NULL;
	in->count = 0;
	in->more = false;
	n = ready_wait(&b->ready, timeout_ns);
	return n > 0 ? take_ready(b, in) : n;
}
