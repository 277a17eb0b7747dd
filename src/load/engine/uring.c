/* SPDX-License-Identifier: MIT */
/* io_uring(7): all sockets' multishot receives and the sends of a batch share
 * one ring, and leave and arrive in one io_uring_enter(2). */
#include "load/engine/engines.h"
#include "load/engine/reports.h"
#include "load/engine/uring_state.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Unless told otherwise, messages of at least so many bytes are sent without
 * copying, as long as the kernel does not copy them on their way after all, as
 * it does on loopback. By the figures of those who made it, a network card
 * sends 4000 bytes 22 % faster so, 1500 bytes 4 % and 600 bytes not (io_uring
 * zerocopy send, v5, July 2022).
 */
#define LEND_BYTES 4096

static int init_links(struct uring *u, uint32_t sockets)
{
	u->arrival_room = power_of_two(URING_BUFFERS + sockets);
	u->links = calloc(sockets, sizeof(*u->links));
	u->arrivals = calloc(u->arrival_room, sizeof(*u->arrivals));
	if (!u->links || !u->arrivals)
		return -ENOMEM;
	u->sockets = sockets;
	/* In this order the list hands out the first link first. */
	for (uint32_t i = sockets; i-- > 0;) {
		u->links[i] = (struct link){.fd = -1, .next = u->unused};
		u->unused = &u->links[i];
	}
	return 0;
}

static int engine_init(void *self, const struct engine_config *c)
{
	struct uring *u = self;
	int error = init_links(u, c->sockets);

	u->in.msg_controllen = URING_CONTROL_BYTES;
	u->lends_always = c->zerocopy_from > 0;
	u->lend_from = c->zerocopy_from ? c->zerocopy_from : LEND_BYTES;
	outbox_init(&u->out);
	/* The ring could be made, so that a failure may pass. */
	u->enters.worked = true;
	if (!error)
		error = slots_init(
			&u->slots, URING_BUFFERS, URING_HEAD + TRAIN_ROOM);
	if (!error)
		error = pages_init(&u->pages, URING_SLOTS, c);
	return error ? error : uring_open_ring(u);
}

static int engine_add(void *self, int fd, void *owner, void **out)
{
	struct uring *u = self;
	struct link *link = u->unused;

	if (!link)
		return -ENOSPC;
	u->unused = link->next;
	*link = (struct link){
		.fd = fd, .owner = owner, .serial = link->serial + 1};
	uring_want_receive(u, link);
	*out = link;
	return 0;
}

static void engine_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

static void engine_remove(void *self, void *arg)
{
	struct uring *u = self;
	struct link *link = arg;

	uring_end_receive(u, link);
	*link = (struct link){
		.fd = -1, .next = u->unused, .serial = link->serial + 1};
	u->unused = link;
}

static uint32_t find(
	const struct uring *u, struct engine_message *messages, uint32_t n)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < URING_SLOTS && found < n; i++)
		if (!u->busy[i])
			messages[found++].data = pages_at(&u->pages, i);
	return found;
}

static uint32_t engine_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct uring *u = self;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	return find(u, messages, n);
}

static void engine_reports(void *self, void *arg, struct engine_reports *out)
{
	struct link *link = arg;

	(void)self;
	reports_read(link->fd, out);
	errors_report(&link->errors, out);
}

static void engine_copies(const void *self, struct engine_copies *out)
{
	*out = ((const struct uring *)self)->copies;
}

static void engine_fini(void *self)
{
	struct uring *u = self;

	uring_close_ring(u);
	slots_fini(&u->slots);
	pages_fini(&u->pages);
	free(u->links);
	free(u->arrivals);
	*u = (struct uring){0};
}

const struct engine_ops engine_uring = {
	.name = "uring",
	.brief = "io_uring: multishot receive, sends in one submission",
	.size = sizeof(struct uring),
	.can = ENGINE_TRAINS | ENGINE_TXTIME | ENGINE_FOREIGN | ENGINE_ZEROCOPY,
	.descriptors = 1,
	.send_call = "io_uring_enter",
	.recv_call = "io_uring_enter",
	.wait_call = "io_uring_enter",
	.probe = uring_engine_probe,
	.suits = uring_engine_suits,
	.init = engine_init,
	.add = engine_add,
	.own = engine_own,
	.remove = engine_remove,
	.lend = engine_lend,
	.send = uring_engine_send,
	.recv = uring_engine_recv,
	.holds = uring_engine_holds,
	.reports = engine_reports,
	.copies = engine_copies,
	.fini = engine_fini,
};
