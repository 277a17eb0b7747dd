/* SPDX-License-Identifier: MIT */
/*
 * One batch per call: sendmmsg(2) and recvmmsg(2), on any Linux. A few sockets
 * are polled in turn; with more, epoll finds the readable ones. With a single
 * socket the receive itself waits, so that a ping-pong needs no other call.
 */
#include "core/slots.h"
#include "load/engine/cmsg.h"
#include "load/engine/engines.h"
#include "load/engine/ready.h"
#include "load/engine/reports.h"
#include "net/call.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

/* Up to this many sockets are polled in turn, without epoll. */
#define SCAN_SOCKETS 8
/* The most receives in one turn of a socket. */
#define TURN_RECEIVES 4

struct link {
	int fd; /* -1: free */
	void *owner;
	struct link *next; /* in the list of free ones */
};

struct mmsg {
	struct link *links, *unused; /* an array of sockets links */
	uint32_t sockets;
	uint32_t turn; /* the next socket to poll */
	struct ready ready;
	struct link *current; /* of the last receive */
	uint32_t receives;    /* of the current turn; 0: the turn is over */
	uint32_t used;        /* in_headers that the last receive wrote to */
	struct slots out, in;
	struct mmsghdr out_headers[ENGINE_MESSAGES];
	struct iovec out_iov[ENGINE_MESSAGES];
	struct {
		_Alignas(struct cmsghdr) char bytes[CMSG_SEND_BYTES];
	} out_control[ENGINE_MESSAGES];
	struct mmsghdr in_headers[ENGINE_ARRIVALS];
	struct iovec in_iov[ENGINE_ARRIVALS];
	struct {
		_Alignas(struct cmsghdr) char bytes[CMSG_RECEIVE_BYTES];
	} in_control[ENGINE_ARRIVALS];
};

static int mmsg_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static void init_headers(struct mmsg *e)
{
	for (uint32_t i = 0; i < ENGINE_MESSAGES; i++)
		e->out_headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &e->out_iov[i], .msg_iovlen = 1};
	for (uint32_t i = 0; i < ENGINE_ARRIVALS; i++) {
		e->in_iov[i] = (struct iovec){slots_at(&e->in, i), TRAIN_ROOM};
		e->in_headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &e->in_iov[i],
			.msg_iovlen = 1,
			.msg_control = e->in_control[i].bytes,
		};
	}
}

static int init_links(struct mmsg *e, uint32_t sockets)
{
	e->links = calloc(sockets, sizeof(*e->links));
	if (!e->links)
		return -ENOMEM;
	e->sockets = sockets;
	/* In this order the list hands out the first link first. */
	for (uint32_t i = sockets; i-- > 0;) {
		e->links[i] = (struct link){.fd = -1, .next = e->unused};
		e->unused = &e->links[i];
	}
	return 0;
}

static int mmsg_init(void *self, const struct engine_config *c)
{
	struct mmsg *e = self;
	int error = ready_init(&e->ready);

	if (!error)
		error = init_links(e, c->sockets);
	if (!error)
		error = slots_init(&e->out, ENGINE_MESSAGES, c->slot_bytes);
	if (!error)
		error = slots_init(&e->in, ENGINE_ARRIVALS, TRAIN_ROOM);
	if (error)
		return error;
	init_headers(e);
	e->used = ENGINE_ARRIVALS;
	for (uint32_t i = 0; c->fill && i < ENGINE_MESSAGES; i++)
		c->fill(c->fill_arg, slots_at(&e->out, i));
	return 0;
}

static bool is_alone(const struct mmsg *e)
{
	return e->sockets == 1;
}

static int mmsg_add(void *self, int fd, void *owner, void **out)
{
	static const struct timeval idle = {.tv_usec = ENGINE_IDLE_NS / 1000};
	struct mmsg *e = self;
	struct link *link = e->unused;
	int error;

	if (!link)
		return -ENOSPC;
	if (is_alone(e) &&
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle)))
		return -errno;
	error = ready_watch(&e->ready, fd, link);
	if (error)
		return error;
	e->unused = link->next;
	*link = (struct link){.fd = fd, .owner = owner};
	*out = link;
	return 0;
}

static void mmsg_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

static void mmsg_remove(void *self, void *arg)
{
	struct mmsg *e = self;
	struct link *link = arg;

	ready_unwatch(&e->ready, link->fd);
	if (e->current == link)
		e->receives = 0;
	*link = (struct link){.fd = -1, .next = e->unused};
	e->unused = link;
}

static uint32_t mmsg_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct mmsg *e = self;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	for (uint32_t i = 0; i < n; i++)
		messages[i].data = slots_at(&e->out, i);
	return n;
}

static void prepare(
	struct mmsg *e, const struct engine_message *messages, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct engine_message *m = &messages[i];
		struct msghdr *h = &e->out_headers[i].msg_hdr;

		e->out_iov[i] = (struct iovec){m->data, m->bytes};
		if (m->segment_bytes || m->leave_ns)
			cmsg_write(h, e->out_control[i].bytes, m->segment_bytes,
				m->leave_ns);
		else if (h->msg_control)
			cmsg_write(h, NULL, 0, 0);
	}
}

/* How many of the messages, from the first on, are for the same socket. */
static uint32_t run_of(const struct engine_message *messages, uint32_t n)
{
	uint32_t run = 1;

	while (run < n && messages[run].link == messages[0].link)
		run++;
	return run;
}

static int mmsg_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct mmsg *e = self;
	uint32_t done = 0;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	prepare(e, messages, n);
	while (done < n) {
		const struct link *link = messages[done].link;
		uint32_t run = run_of(messages + done, n - done);
		int r = call_sendmmsg(
			link->fd, e->out_headers + done, run, MSG_DONTWAIT);

		if (r < 0)
			return done ? (int)done : -errno;
		done += (uint32_t)r;
		if ((uint32_t)r < run)
			break;
	}
	return (int)done;
}

static void tell(struct mmsg *e, struct engine_arrivals *in, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t bytes = e->in_headers[i].msg_len;
		struct msghdr *h = &e->in_headers[i].msg_hdr;
		uint32_t segment = h->msg_controllen ? cmsg_segment(h) : 0;

		if (segment == 0 || segment > bytes)
			segment = bytes;
		in->at[i] = (struct engine_arrival){
			e->in_iov[i].iov_base, bytes, segment};
	}
}

/* Receives one batch from the socket. Returns its size; 0: nothing there. */
static int take(struct mmsg *e, struct link *link, struct engine_arrivals *in,
	int flags)
{
	int n;

	for (uint32_t i = 0; i < e->used; i++)
		e->in_headers[i].msg_hdr.msg_controllen =
			sizeof(e->in_control[i].bytes);
	n = call_recvmmsg(link->fd, e->in_headers, ENGINE_ARRIVALS, flags);
	e->used = n > 0 ? (uint32_t)n : 1;
	e->receives = e->current == link ? e->receives + 1 : 1;
	e->current = link;
	in->owner = link->owner;
	in->count = 0;
	in->more = n == ENGINE_ARRIVALS && e->receives < TURN_RECEIVES;
	if (!in->more)
		e->receives = 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	in->count = (uint32_t)n;
	tell(e, in, in->count);
	return n;
}

/* Polls all sockets, beginning with the next in turn, until one has
 * something. */
static int scan(struct mmsg *e, struct engine_arrivals *in)
{
	int n = 0;

	for (uint32_t i = 0; i < e->sockets && n == 0; i++) {
		struct link *link = &e->links[e->turn];

		if (++e->turn == e->sockets)
			e->turn = 0;
		if (link->fd >= 0)
			n = take(e, link, in, MSG_DONTWAIT);
	}
	return n;
}

/* Takes from the next socket that epoll has reported and that has something. */
static int take_ready(struct mmsg *e, struct engine_arrivals *in)
{
	struct link *link;
	int n = 0;

	while (n == 0 && (link = ready_next(&e->ready)))
		if (link->fd >= 0)
			n = take(e, link, in, MSG_DONTWAIT);
	return n;
}

static int mmsg_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct mmsg *e = self;
	bool few = e->sockets <= SCAN_SOCKETS;
	int n;

	if (e->receives)
		return take(e, e->current, in, MSG_DONTWAIT);
	if (is_alone(e) && timeout_ns >= ENGINE_IDLE_NS && e->links->fd >= 0)
		return take(e, e->links, in, MSG_WAITFORONE);
	n = few ? scan(e, in) : take_ready(e, in);
	if (n != 0 || (few && timeout_ns == 0))
		return n;
	in->owner = NULL;
	in->count = 0;
	in->more = false;
	n = ready_wait(&e->ready, timeout_ns);
	return n > 0 ? take_ready(e, in) : n;
}

static void mmsg_reports(void *self, void *link, struct engine_reports *out)
{
	(void)self;
	reports_read(((struct link *)link)->fd, out);
}

static void mmsg_fini(void *self)
{
	struct mmsg *e = self;

	slots_fini(&e->out);
	slots_fini(&e->in);
	ready_fini(&e->ready);
	free(e->links);
	*e = (struct mmsg){0};
}

const struct engine_ops engine_mmsg = {
	.name = "mmsg",
	.brief = "sendmmsg(2) and recvmmsg(2)",
	.size = sizeof(struct mmsg),
	.can = ENGINE_TRAINS | ENGINE_TXTIME | ENGINE_FOREIGN,
	.send_call = "sendmmsg",
	.recv_call = "recvmmsg",
	.wait_call = "epoll_wait",
	.probe = mmsg_probe,
	.init = mmsg_init,
	.add = mmsg_add,
	.own = mmsg_own,
	.remove = mmsg_remove,
	.lend = mmsg_lend,
	.send = mmsg_send,
	.recv = mmsg_recv,
	.reports = mmsg_reports,
	.fini = mmsg_fini,
};
