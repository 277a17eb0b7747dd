/* SPDX-License-Identifier: MIT */
/*
 * Sends pages instead of copies of them: vmsplice(2) and splice(2). What
 * arrives on this host is then copied once, by the receiver.
 *
 * The kernel does not say when it has done with a page, and a page that is
 * rewritten while a datagram in some queue refers to it changes that datagram.
 * No number of slots excludes that: however many there are, one is used again
 * after so many sends, of which a full receive buffer may have dropped all but
 * the first; and a receiver that is preempted while it copies holds a page that
 * no queue counts. So the only proof is the reply: whoever has answered every
 * datagram of a message has read it. A slot of which that is not known when its
 * turn comes gets new memory, which costs about as much as copying it, and
 * leaves the old pages to whoever still refers to them. The number of slots
 * decides how often that happens, and nothing else.
 *
 * A device or a queueing discipline that duplicates datagrams would make
 * copies that refer to the same pages and that no reply covers: the path must
 * be the loopback device without any discipline.
 */
#include "load/engine/engines.h"
#include "load/engine/inbox.h"
#include "load/engine/pages.h"
#include "load/engine/pipe.h"
#include "load/engine/reports.h"
#include "net/call.h"
#include "net/qdisc.h"
#include "net/route.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many slots as messages wait for replies, and as many again. */
#define SLOTS_LEAST (2 * ENGINE_MESSAGES)
#define SLOTS_MOST  1024

/* What a slot's message was: the socket's datagrams from first on. */
struct spliced {
	struct link *link; /* NULL: none */
	uint32_t serial;   /* of the socket, since links are used again */
	uint32_t segments;
	uint64_t first;
};

struct sender {
	uint32_t serial;
	uint64_t datagrams; /* sent so far */
	int segment;        /* the UDP_SEGMENT that it was given here; ... */
	int own;            /* ... and the one that it had; if given */
	bool given;
};

struct splice {
	struct inbox in;
	struct pages pages;
	struct pipe pipe;
	bool piped;
	struct divisor by_page;
	uint32_t page;
	uint32_t turn;           /* the slot to be lent next */
	struct spliced *spliced; /* one per slot */
	struct sender *senders;  /* one per link */
	bool (*answered)(void *, void *, uint64_t, uint32_t);
	void *answered_arg;
	struct engine_copies copies;
};

static int splice_probe(char *why, size_t why_bytes)
{
	int error = pipe_probe();

	if (error)
		snprintf(why, why_bytes,
			"pages cannot be spliced into a UDP socket here: %s; "
			"Linux 6.5 or newer is needed",
			strerror(-error));
	return error;
}

static int splice_suits(
	const struct engine_traffic *t, char *why, size_t why_bytes)
{
	int fd, device, plain = -1;

	if (!t->numbered) {
		snprintf(why, why_bytes,
			"needs replies that repeat the number of each "
			"datagram (echo or reflect, 32 bytes or more), to know "
			"when a page can be used again; use mmsg");
		return -EOPNOTSUPP;
	}
	device = route_device(t->to, t->from);
	fd = qdisc_open();
	if (fd >= 0) {
		plain = qdisc_has_none(fd, (unsigned)device);
		close(fd);
	}
	if (device == QDISC_LOOPBACK && plain == 1)
		return 0;
	snprintf(why, why_bytes,
		"is only safe where nothing can duplicate a datagram, which is "
		"the loopback device without a queueing discipline; use %s",
		device == QDISC_LOOPBACK ? "mmsg" : "zerocopy or mmsg");
	return -EOPNOTSUPP;
}

static uint32_t slots_for(const struct engine_config *c)
{
	uint32_t n = 2 * c->waiting;

	if (c->waiting > SLOTS_MOST / 2)
		n = SLOTS_MOST;
	return n < SLOTS_LEAST ? SLOTS_LEAST : n;
}

static int splice_init(void *self, const struct engine_config *c)
{
	struct splice *e = self;
	int error = inbox_init(&e->in, c->sockets);

	/* The sockets do not block, so a receive cannot wait. */
	e->in.polls = true;
	e->page = (uint32_t)sysconf(_SC_PAGESIZE);
	e->by_page = divisor_of(e->page);
	e->answered = c->answered;
	e->answered_arg = c->answered_arg;
	if (!error)
		error = pages_init(&e->pages, slots_for(c), c);
	if (!error)
		error = pipe_init(&e->pipe);
	if (error)
		return error;
	e->piped = true;
	e->spliced = calloc(e->pages.slots.count, sizeof(*e->spliced));
	e->senders = calloc(c->sockets, sizeof(*e->senders));
	return e->spliced && e->senders ? 0 : -ENOMEM;
}

static struct sender *sender_of(struct splice *e, const struct link *link)
{
	return &e->senders[inbox_index(&e->in, link)];
}

/* splice(2) takes no flags for the send: the socket says not to wait. */
static int splice_add(void *self, int fd, void *owner, void **out)
{
	struct splice *e = self;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	return inbox_add(&e->in, fd, owner, (struct link **)out);
}

static void splice_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

/* Its slots are not known to be free any more, and get new memory when their
 * turn comes. */
static void splice_remove(void *self, void *arg)
{
	struct splice *e = self;
	struct sender *s = sender_of(e, arg);

	*s = (struct sender){.serial = s->serial + 1};
	inbox_remove(&e->in, arg);
}

static bool is_read(struct splice *e, const struct spliced *s)
{
	return s->serial == sender_of(e, s->link)->serial && e->answered &&
	       e->answered(
		       e->answered_arg, s->link->owner, s->first, s->segments);
}

static void free_slot(struct splice *e, uint32_t slot)
{
	struct spliced *s = &e->spliced[slot];

	if (!s->link)
		return;
	if (!is_read(e, s)) {
		pages_renew(&e->pages, slot);
		e->copies.renewed++;
	}
	s->link = NULL;
}

static uint32_t splice_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct splice *e = self;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t slot = e->turn + i;

		if (slot >= e->pages.slots.count)
			slot -= e->pages.slots.count;
		free_slot(e, slot);
		messages[i].data = pages_at(&e->pages, slot);
	}
	return n;
}

/* How many pages hold the message; at least 1. */
static uint32_t pages_of(const struct splice *e, uint32_t bytes)
{
	return bytes ? divided(bytes + e->page - 1, e->by_page) : 1;
}

/* Puts messages into the empty pipe, as many as fit. Returns how many, or
 * -errno. */
static int put(struct splice *e, const struct engine_message *m, uint32_t n)
{
	struct iovec iov[ENGINE_MESSAGES];
	uint32_t count = 0, pieces = 0, room = e->pipe.pages;
	size_t bytes = 0;
	int error = 0;

	for (; count < n && pages_of(e, m[count].bytes) <= room; count++) {
		room -= pages_of(e, m[count].bytes);
		bytes += m[count].bytes;
		if (m[count].bytes)
			iov[pieces++] =
				(struct iovec){m[count].data, m[count].bytes};
	}
	if (pieces)
		error = pipe_put(&e->pipe, iov, pieces, bytes);
	return error ? error : (int)count;
}

/* Gives the socket the message's UDP_SEGMENT, since splice(2) takes no control
 * message, or that which it had. 0 or -errno. */
static int cut(struct splice *e, const struct engine_message *m)
{
	const struct link *link = m->link;
	struct sender *s = sender_of(e, link);
	socklen_t length = sizeof(s->own);
	int segment = m->segment_bytes;

	if (s->segment == segment)
		return 0;
	if (!s->given && getsockopt(link->fd, IPPROTO_UDP, UDP_SEGMENT, &s->own,
				 &length))
		return -errno;
	s->given = true;
	s->segment = segment;
	if (segment == 0)
		segment = s->own;
	return setsockopt(link->fd, IPPROTO_UDP, UDP_SEGMENT, &segment,
		       sizeof(segment))
		       ? -errno
		       : 0;
}

/* An empty datagram has no page. */
static int send_one(struct splice *e, const struct engine_message *m)
{
	const struct link *link = m->link;
	int error = cut(e, m);

	if (error)
		return error;
	if (m->bytes)
		return pipe_send(&e->pipe, link->fd, m->bytes);
	return call_sendto(link->fd, "", 0, MSG_DONTWAIT, NULL, 0) < 0 ? -errno
								       : 0;
}

static void note_sent(struct splice *e, const struct engine_message *m)
{
	struct sender *s = sender_of(e, m->link);
	uint32_t slot;

	if (pages_find(&e->pages, m->data, &slot)) {
		e->spliced[slot] = (struct spliced){
			m->link, s->serial, m->segments, s->datagrams};
		e->turn = slot + 1 < e->pages.slots.count ? slot + 1 : 0;
	}
	s->datagrams += m->segments;
	e->copies.sends++;
}

static int splice_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct splice *e = self;
	uint32_t done = 0, ready = 0;
	int error = 0;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	while (done < n && !error) {
		if (done == ready) {
			int r = put(e, messages + done, n - done);

			if (r < 0)
				return done ? (int)done : r;
			ready += (uint32_t)r;
		}
		error = send_one(e, &messages[done]);
		if (!error)
			note_sent(e, &messages[done++]);
	}
	if (error)
		pipe_empty(&e->pipe);
	return error && done == 0 ? error : (int)done;
}

static int splice_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct splice *e = self;

	return inbox_recv(&e->in, in, timeout_ns);
}

static void splice_reports(void *self, void *link, struct engine_reports *out)
{
	(void)self;
	reports_read(((struct link *)link)->fd, out);
}

static void splice_copies(const void *self, struct engine_copies *out)
{
	*out = ((const struct splice *)self)->copies;
}

static void splice_fini(void *self)
{
	struct splice *e = self;

	if (e->piped)
		pipe_fini(&e->pipe);
	pages_fini(&e->pages);
	inbox_fini(&e->in);
	free(e->spliced);
	free(e->senders);
	*e = (struct splice){0};
}

const struct engine_ops engine_splice = {
	.name = "splice",
	.brief = "vmsplice(2) and splice(2), to servers on this host",
	.size = sizeof(struct splice),
	.can = ENGINE_TRAINS,
	.descriptors = 3,
	.send_call = "splice",
	.recv_call = "recvmmsg, recvmsg or recvfrom",
	.wait_call = "ppoll or epoll_wait",
	.probe = splice_probe,
	.suits = splice_suits,
	.init = splice_init,
	.add = splice_add,
	.own = splice_own,
	.remove = splice_remove,
	.lend = splice_lend,
	.send = splice_send,
	.recv = splice_recv,
	.reports = splice_reports,
	.copies = splice_copies,
	.fini = splice_fini,
};
