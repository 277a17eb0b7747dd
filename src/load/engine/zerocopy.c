/* SPDX-License-Identifier: MIT */
/*
 * Sends without copying: sendmmsg(2) with MSG_ZEROCOPY. A slot is lent again
 * once its send is complete, which the socket's error queue says.
 *
 * What is sent to this host itself is copied on its way all the same, and
 * completed as copied: the receiver must not depend on the sender's memory
 * (skb_orphan_frags_rx(), Linux 4.14). On such paths mmsg is faster.
 */
#include "load/engine/completions.h"
#include "load/engine/engines.h"
#include "load/engine/errors.h"
#include "load/engine/inbox.h"
#include "load/engine/outbox.h"
#include "load/engine/pages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOTS 256
#define NONE  SLOTS

/* A slot of which a send is not complete. */
struct lent {
	bool busy;
	uint32_t socket, send; /* the number of the send, of its socket */
	uint32_t next;         /* the socket's next, or NONE */
};

struct sender {
	uint32_t sends;       /* numbers that the kernel has given so far */
	uint32_t first, last; /* its busy slots in order of their sends */
	uint32_t pass;        /* in which it was last reaped */
	struct errors errors;
};

struct zerocopy {
	struct inbox in;
	struct outbox out;
	struct pages pages;
	struct sender *senders; /* one per link */
	uint32_t busy;          /* slots */
	uint32_t pass;
	bool troubled; /* a sender may have an error for the next recv */
	struct engine_copies copies;
	struct lent lent[SLOTS];
};

static int zerocopy_probe(char *why, size_t why_bytes)
{
	int one = 1, error = 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one))) {
		error = -errno;
		snprintf(why, why_bytes,
			"the kernel refuses SO_ZEROCOPY; Linux 5.0 or newer is "
			"needed");
	}
	if (fd >= 0)
		close(fd);
	return error;
}

static struct sender fresh(void)
{
	return (struct sender){.first = NONE, .last = NONE};
}

static int zerocopy_init(void *self, const struct engine_config *c)
{
	struct zerocopy *e = self;
	int error;

	/* Completions wake a poll, and not a receive that waits. */
	e->in.polls = true;
	error = inbox_init(&e->in, c->sockets);
	outbox_init(&e->out);
	if (!error)
		error = pages_init(&e->pages, SLOTS, c);
	if (error)
		return error;
	e->senders = calloc(c->sockets, sizeof(*e->senders));
	for (uint32_t i = 0; e->senders && i < c->sockets; i++)
		e->senders[i] = fresh();
	return e->senders ? 0 : -ENOMEM;
}

static int zerocopy_add(void *self, int fd, void *owner, void **out)
{
	struct zerocopy *e = self;
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		return -errno;
	return inbox_add(&e->in, fd, owner, (struct link **)out);
}

static void zerocopy_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

/* Ends the loan of the socket's first slot; before: the one before it in the
 * list, or NONE. Returns the next. */
static uint32_t take_out(
	struct zerocopy *e, struct sender *s, uint32_t before, uint32_t slot)
{
	uint32_t next = e->lent[slot].next;

	if (before == NONE)
		s->first = next;
	else
		e->lent[before].next = next;
	if (next == NONE)
		s->last = before;
	e->lent[slot].busy = false;
	e->busy--;
	return next;
}

/*
 * A send that is refused late, as by a queueing discipline that is full, has
 * got a number all the same, and is complete at once. Returns how many such
 * sends are at the end of a completion.
 */
static uint32_t note_refused(struct sender *s, const struct completion *c)
{
	uint32_t n = c->last + 1 - s->sends;

	if ((int32_t)n <= 0)
		return 0;
	s->sends += n;
	return n;
}

static void complete(
	struct zerocopy *e, struct sender *s, const struct completion *c)
{
	uint32_t before = NONE, slot = s->first;
	uint32_t n = c->last - c->first;
	uint32_t sent = n + 1 - note_refused(s, c);

	e->copies.sends += sent;
	if (c->copied)
		e->copies.copied += sent;
	while (slot != NONE) {
		if (e->lent[slot].send - c->first <= n) {
			slot = take_out(e, s, before, slot);
			continue;
		}
		before = slot;
		slot = e->lent[slot].next;
	}
}

/* Reads all that the socket's error queue has. */
static void reap(struct zerocopy *e, const struct link *link)
{
	struct sender *s = &e->senders[inbox_index(&e->in, link)];
	struct completion c;

	s->pass = e->pass;
	while (completions_next(link->fd, &c)) {
		if (c.error) {
			errors_note(&s->errors, c.error);
			e->troubled = true;
		} else {
			complete(e, s, &c);
		}
	}
}

static void reap_all(struct zerocopy *e)
{
	e->pass++;
	for (uint32_t i = 0; i < SLOTS && e->busy > 0; i++) {
		uint32_t socket = e->lent[i].socket;

		if (e->lent[i].busy && e->senders[socket].pass != e->pass)
			reap(e, &e->in.links[socket]);
	}
}

/* Nobody will learn any more when the kernel is done with its slots: they get
 * new memory. */
static void zerocopy_remove(void *self, void *arg)
{
	struct zerocopy *e = self;
	struct link *link = arg;
	struct sender *s = &e->senders[inbox_index(&e->in, link)];

	reap(e, link);
	while (s->first != NONE) {
		pages_renew(&e->pages, s->first);
		(void)take_out(e, s, NONE, s->first);
	}
	*s = fresh();
	inbox_remove(&e->in, link);
}

static uint32_t find(
	struct zerocopy *e, struct engine_message *messages, uint32_t n)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < SLOTS && found < n; i++)
		if (!e->lent[i].busy)
			messages[found++].data = pages_at(&e->pages, i);
	return found;
}

static uint32_t zerocopy_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct zerocopy *e = self;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	if (SLOTS - e->busy < n)
		reap_all(e);
	return find(e, messages, n);
}

static void note_sent(struct zerocopy *e, const struct engine_message *m)
{
	uint32_t socket = inbox_index(&e->in, m->link), slot;
	struct sender *s = &e->senders[socket];

	if (!pages_find(&e->pages, m->data, &slot))
		return;
	e->lent[slot] = (struct lent){true, socket, s->sends++, NONE};
	if (s->first == NONE)
		s->first = slot;
	else
		e->lent[s->last].next = slot;
	s->last = slot;
	e->busy++;
}

/* The kernel has no room for another completion (net.core.optmem_max, or the
 * limit on locked memory). */
static int send_copies(
	struct zerocopy *e, const struct engine_message *messages, uint32_t n)
{
	int r = outbox_send(&e->out, messages, n, MSG_DONTWAIT);

	if (r > 0) {
		e->copies.sends += (uint32_t)r;
		e->copies.copied += (uint32_t)r;
	}
	return r;
}

/* Sends messages for one socket, either all or none of which are empty. */
static int send_run(
	struct zerocopy *e, const struct engine_message *messages, uint32_t n)
{
	struct sender *s = &e->senders[inbox_index(&e->in, messages->link)];
	uint32_t number;
	int r;

	if (messages->bytes == 0)
		return outbox_send(&e->out, messages, n, MSG_DONTWAIT);
	r = outbox_send(&e->out, messages, n, MSG_DONTWAIT | MSG_ZEROCOPY);
	for (int i = 0; i < r; i++)
		note_sent(e, &messages[i]);
	if (r == (int)n)
		return r;
	/* Before the next send, whose number depends on it. */
	number = s->sends;
	reap(e, messages->link);
	return r == -ENOBUFS && s->sends == number ? send_copies(e, messages, n)
						   : r;
}

static uint32_t run_of(const struct engine_message *messages, uint32_t n)
{
	uint32_t run = 1;

	while (run < n && messages[run].link == messages[0].link &&
		!messages[run].bytes == !messages[0].bytes)
		run++;
	return run;
}

static int zerocopy_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct zerocopy *e = self;
	uint32_t done = 0;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	while (done < n) {
		uint32_t run = run_of(messages + done, n - done);
		int r = send_run(e, messages + done, run);

		if (r < 0)
			return done ? (int)done : r;
		done += (uint32_t)r;
		if ((uint32_t)r < run)
			break;
	}
	return (int)done;
}

/* An error that was found among completions, for the socket it belongs to. 0:
 * there is none. */
static int tell_error(struct zerocopy *e, struct engine_arrivals *in)
{
	for (uint32_t i = 0; i < e->in.sockets; i++) {
		struct errors *errors = &e->senders[i].errors;
		int error = errors->next;

		if (!error)
			continue;
		errors->next = 0;
		in->owner = e->in.links[i].owner;
		in->count = 0;
		in->more = false;
		return -error;
	}
	e->troubled = false;
	return 0;
}

static int zerocopy_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct zerocopy *e = self;
	int n = e->troubled ? tell_error(e, in) : 0;

	if (n == 0)
		n = inbox_recv(&e->in, in, timeout_ns);
	/* It may be a completion that has ended the wait, and would end the
	 * next. */
	if (n == 0 && timeout_ns > 0 && e->busy > 0)
		reap_all(e);
	return n;
}

static void zerocopy_reports(void *self, void *arg, struct engine_reports *out)
{
	struct zerocopy *e = self;
	struct link *link = arg;

	*out = (struct engine_reports){0};
	reap(e, link);
	errors_report(&e->senders[inbox_index(&e->in, link)].errors, out);
}

static void zerocopy_copies(const void *self, struct engine_copies *out)
{
	*out = ((const struct zerocopy *)self)->copies;
}

static void zerocopy_fini(void *self)
{
	struct zerocopy *e = self;

	pages_fini(&e->pages);
	inbox_fini(&e->in);
	free(e->senders);
	*e = (struct zerocopy){0};
}

const struct engine_ops engine_zerocopy = {
	.name = "zerocopy",
	.brief = "sendmmsg(2) with MSG_ZEROCOPY",
	.size = sizeof(struct zerocopy),
	.can = ENGINE_TRAINS | ENGINE_TXTIME,
	.descriptors = 1,
	.send_call = "sendmmsg",
	.recv_call = "recvmmsg, recvmsg or recvfrom",
	.wait_call = "ppoll or epoll_wait",
	.probe = zerocopy_probe,
	.init = zerocopy_init,
	.add = zerocopy_add,
	.own = zerocopy_own,
	.remove = zerocopy_remove,
	.lend = zerocopy_lend,
	.send = zerocopy_send,
	.recv = zerocopy_recv,
	.reports = zerocopy_reports,
	.copies = zerocopy_copies,
	.fini = zerocopy_fini,
};
