/* SPDX-License-Identifier: MIT */
/* One batch per call: sendmmsg(2) and recvmmsg(2), on any Linux. */
#include "load/engine/engines.h"
#include "load/engine/inbox.h"
#include "load/engine/outbox.h"
#include "load/engine/reports.h"

struct mmsg {
	struct inbox in;
	struct outbox out;
	struct slots slots;
};

static int mmsg_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static int mmsg_init(void *self, const struct engine_config *c)
{
	struct mmsg *e = self;
	int error = inbox_init(&e->in, c->sockets);

	outbox_init(&e->out);
	if (!error)
		error = slots_init(&e->slots, ENGINE_MESSAGES, c->slot_bytes);
	for (uint32_t i = 0; !error && c->fill && i < ENGINE_MESSAGES; i++)
		c->fill(c->fill_arg, slots_at(&e->slots, i));
	return error;
}

static int mmsg_add(void *self, int fd, void *owner, void **out)
{
	struct mmsg *e = self;

	return inbox_add(&e->in, fd, owner, (struct link **)out);
}

static void mmsg_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

static void mmsg_remove(void *self, void *link)
{
	struct mmsg *e = self;

	inbox_remove(&e->in, link);
}

static uint32_t mmsg_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct mmsg *e = self;

	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	for (uint32_t i = 0; i < n; i++)
		messages[i].data = slots_at(&e->slots, i);
	return n;
}

static int mmsg_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct mmsg *e = self;

	return outbox_send(&e->out, messages, n, MSG_DONTWAIT);
}

static int mmsg_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct mmsg *e = self;

	return inbox_recv(&e->in, in, timeout_ns);
}

static void mmsg_reports(void *self, void *link, struct engine_reports *out)
{
	(void)self;
	reports_read(((struct link *)link)->fd, out);
}

static void mmsg_fini(void *self)
{
	struct mmsg *e = self;

	slots_fini(&e->slots);
	inbox_fini(&e->in);
	*e = (struct mmsg){0};
}

const struct engine_ops engine_mmsg = {
	.name = "mmsg",
	.brief = "sendmmsg(2) and recvmmsg(2)",
	.size = sizeof(struct mmsg),
	.can = ENGINE_TRAINS | ENGINE_TXTIME | ENGINE_FOREIGN,
	.descriptors = 1,
	.send_call = "sendmmsg or sendto",
	.recv_call = "recvmmsg, recvmsg or recvfrom",
	.wait_call = "ppoll or epoll_wait",
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
