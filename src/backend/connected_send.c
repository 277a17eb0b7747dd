/* SPDX-License-Identifier: MIT */
/* Sends replies: each by the socket that its request came by. */
#include "backend/connected_state.h"

#include "net/call.h"

#include <errno.h>

static uint32_t source(const struct connected *c, const struct message *m)
{
	uint32_t i = intake_index(&c->intake, m->peer);

	if (i >= c->intake.capacity || c->from[i] == CONNECTED_ASTRAY)
		return CONNECTED_LISTENER;
	return c->from[i];
}

/* A connected socket knows where to send to, and from where. */
static void fill_header(struct connected *c, uint32_t i,
	const struct message *m, bool connected)
{
	struct msghdr *h = &c->out[i].msg_hdr;
	char *control = c->out_control[i];

	h->msg_name = connected ? NULL : (void *)m->peer;
	h->msg_namelen = connected ? 0 : address_length(m->peer);
	h->msg_iov = m->iov;
	h->msg_iovlen = m->iov_count;
	h->msg_controllen = connected ? control_write_train(control, m)
				      : control_write(control, m);
	h->msg_control = h->msg_controllen ? control : NULL;
}

/* As in mmsg.c: the call after a short one returns its error. */
static int send_some(struct connected *c, int fd, struct message *m, uint32_t n)
{
	uint32_t done = 0;

	while (done < n) {
		int r = call_sendmmsg(
			fd, c->out + done, n - done, MSG_DONTWAIT);

		counter_add(c->counters, COUNTER_SEND_CALLS, 1);
		if (r <= 0) {
			int error = resend(
				&c->resend, &m[done], r < 0 ? -errno : 0);

			if (error)
				return error;
			done++;
			continue;
		}
		for (uint32_t i = done; i < done + (uint32_t)r; i++) {
			m[i].sent_segments = m[i].segments;
			m[i].sent_bytes = m[i].bytes;
		}
		done += (uint32_t)r;
		if (done < n)
			counter_add(c->counters, COUNTER_SEND_SHORT, 1);
	}
	return 0;
}

static int send_lone(
	struct connected *c, int fd, struct message *m, bool connected)
{
	counter_add(c->counters, COUNTER_SEND_CALLS, 1);
	if (call_sendto(fd, m->iov->iov_base, m->iov->iov_len, MSG_DONTWAIT,
		    connected ? NULL : &m->peer->sa,
		    connected ? 0 : address_length(m->peer)) < 0)
		return resend(&c->resend, m, -errno);
	m->sent_segments = 1;
	m->sent_bytes = m->bytes;
	return 0;
}

/* Those in a row that leave by one socket. */
static int send_group(
	struct connected *c, uint32_t from, struct message *m, uint32_t n)
{
	bool connected = from != CONNECTED_LISTENER;
	int fd = connected ? c->peers.all[from].fd : c->listener;

	c->resend.fd = fd;
	c->resend.connected = connected;
	if (n == 1 && (connected ? m->segments == 1 : message_is_plain(m)))
		return send_lone(c, fd, m, connected);
	for (uint32_t i = 0; i < n; i++)
		fill_header(c, i, &m[i], connected);
	return send_some(c, fd, m, n);
}

int connected_send(void *self, struct batch *b)
{
	struct connected *c = self;
	int error = 0;

	for (uint32_t i = 0, n; i < b->message_count && !error; i += n) {
		struct message *m = &b->messages[i];
		uint32_t from = source(c, m);

		for (n = 1; n < CONNECTED_SEND_MAX && i + n < b->message_count;
			n++)
			if (source(c, &m[n]) != from)
				break;
		error = send_group(c, from, m, n);
	}
	if (!error)
		connected_accept(c, b);
	return error;
}
