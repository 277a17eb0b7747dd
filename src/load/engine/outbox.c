/* SPDX-License-Identifier: MIT */
#include "load/engine/outbox.h"

#include "load/engine/inbox.h"
#include "net/call.h"

#include <errno.h>

void outbox_init(struct outbox *o)
{
	for (uint32_t i = 0; i < ENGINE_MESSAGES; i++)
		o->headers[i].msg_hdr =
			(struct msghdr){.msg_iov = &o->iov[i], .msg_iovlen = 1};
}

static void prepare(
	struct outbox *o, const struct engine_message *messages, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct engine_message *m = &messages[i];
		struct msghdr *h = &o->headers[i].msg_hdr;

		o->iov[i] = (struct iovec){m->data, m->bytes};
		if (m->segment_bytes || m->leave_ns)
			cmsg_write(h, o->control[i].bytes, m->segment_bytes,
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

static bool is_plain(const struct engine_message *m)
{
	return m->segment_bytes == 0 && m->leave_ns == 0;
}

/* One message, without the header that sendmmsg takes. */
static int send_lone(const struct engine_message *m, int flags)
{
	const struct link *link = m->link;

	if (call_sendto(link->fd, m->data, m->bytes, flags, NULL, 0) < 0)
		return -errno;
	return 1;
}

int outbox_send(struct outbox *o, const struct engine_message *messages,
	uint32_t n, int flags)
{
	uint32_t done = 0;

	if (n == 1 && is_plain(messages))
		return send_lone(messages, flags);
	if (n > ENGINE_MESSAGES)
		n = ENGINE_MESSAGES;
	prepare(o, messages, n);
	while (done < n) {
		const struct link *link = messages[done].link;
		uint32_t run = run_of(messages + done, n - done);
		int r = call_sendmmsg(link->fd, o->headers + done, run, flags);

		if (r < 0)
			return done ? (int)done : -errno;
		done += (uint32_t)r;
		if ((uint32_t)r < run)
			break;
	}
	return (int)done;
}
