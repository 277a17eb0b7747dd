/* SPDX-License-Identifier: MIT */
/*
 * One datagram per call: recvfrom(2), or recvmsg(2) if control messages are
 * needed, and sendto(2). It always works, and is the reference that other
 * backends are compared with.
 */
#include "backend/backends.h"
#include "backend/control.h"
#include "backend/resend.h"
#include "backend/wait.h"
#include "core/lines.h"
#include "net/call.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

struct one {
	struct wait wait;
	struct resend resend;
	struct counters *counters;
	size_t control_room;
	uint32_t slot_bytes;
	bool head_only;
	uint8_t *slot;
	union address peer;
	/* For recvmsg, which sets the lengths of the peer and of control. */
	struct msghdr header;
	struct iovec iov;
	_Alignas(struct cmsghdr) char control[CONTROL_ROOM_MOST];
};

static int one_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static int one_init(void *self, const struct backend_config *config)
{
	struct one *o = self;

	wait_init(&o->wait, config);
	wait_prefer(&o->wait, config);
	resend_init(&o->resend, config);
	o->counters = config->counters;
	o->control_room = control_room(config);
	o->slot_bytes = backend_slot_bytes(config);
	o->head_only = config->head_only;
	/* TRAIN_ROOM even if less is received: a reply may be longer than its
	 * request. */
	o->slot = lines_alloc(1, TRAIN_ROOM);
	o->iov = (struct iovec){o->slot, o->slot_bytes};
	o->header = (struct msghdr){
		.msg_name = &o->peer,
		.msg_iov = &o->iov,
		.msg_iovlen = 1,
		.msg_control = o->control,
	};
	return o->slot ? 0 : -ENOMEM;
}

/* recvfrom cannot tell a datagram's destination or its TTL. */
static ssize_t receive(struct one *o, struct train *t, int flag)
{
	struct msghdr *h = &o->header;
	socklen_t n = sizeof(o->peer);
	ssize_t got;

	counter_add(o->counters, COUNTER_RECV_CALLS, 1);
	t->truncated = false;
	if (!o->control_room) {
		control_none(t);
		return call_recvfrom(o->wait.fd, o->slot, o->slot_bytes,
			flag | MSG_TRUNC, &o->peer.sa, &n);
	}
	h->msg_namelen = sizeof(o->peer);
	h->msg_controllen = o->control_room;
	got = call_recvmsg(o->wait.fd, h, flag | MSG_TRUNC);
	if (got < 0)
		return got;
	(void)control_take(o->control, h->msg_controllen, t);
	t->truncated = h->msg_flags & MSG_CTRUNC;
	return got;
}

static int one_recv(void *self, struct batch *b, int timeout_ms)
{
	struct one *o = self;
	struct train *t = &b->trains[0];
	int flag = wait_flag(&o->wait, timeout_ms);
	ssize_t n;

	b->count = 0;
	if (flag < 0)
		return wait_over(&o->wait, b, flag);
	while ((n = receive(o, t, flag)) < 0) {
		int again = wait_failed(&o->wait, errno);

		if (again <= 0)
			return wait_over(&o->wait, b, again);
	}
	wait_worked(&o->wait);
	t->data = o->slot;
	t->peer = &o->peer;
	train_shape(t, (uint32_t)n, 0);
	if ((uint32_t)n > o->slot_bytes)
		train_cut(t, o->slot_bytes, o->head_only);
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
	b->count = 1;
	return 1;
}

/* With one train per batch and no GRO, there is at most one plain message. */
static int one_send(void *self, struct batch *b)
{
	struct one *o = self;
	struct message *m = b->messages;
	int error = 0;

	for (uint32_t i = 0; i < b->message_count && !error; i++, m++) {
		if (!message_is_plain(m)) {
			error = resend(&o->resend, m, 0);
			continue;
		}
		counter_add(o->counters, COUNTER_SEND_CALLS, 1);
		if (call_sendto(o->wait.fd, m->iov->iov_base, m->iov->iov_len,
			    MSG_DONTWAIT, &m->peer->sa,
			    address_length(m->peer)) < 0) {
			error = resend(&o->resend, m, -errno);
			continue;
		}
		m->sent_segments = 1;
		m->sent_bytes = m->bytes;
	}
	return error;
}

static void one_fini(void *self)
{
	struct one *o = self;

	wait_fini(&o->wait);
	free(o->slot);
	o->slot = NULL;
}

const struct backend_ops backend_recvfrom = {
	.name = "recvfrom",
	.brief = "one datagram per system call; the reference",
	.size = sizeof(struct one),
	.gro = false,
	.recv_call = "recvfrom",
	.send_call = "sendto",
	.probe = one_probe,
	.init = one_init,
	.recv = one_recv,
	.send = one_send,
	.fini = one_fini,
};
