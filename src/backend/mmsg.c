/* SPDX-License-Identifier: MIT */
/*
 * A batch per call: recvmmsg(2) and sendmmsg(2), with GRO trains in and GSO
 * trains out. While trains come one by one, recvmsg(2) takes them and sendto(2)
 * answers: recvmmsg looks for another one after the first, and looking in vain
 * costs nearly as much as receiving.
 *
 * recvmmsg's timeout argument is not used, since it is only checked after a
 * datagram came (recvmmsg(2), BUGS). MSG_WAITFORONE with SO_RCVTIMEO waits for
 * the first datagram and takes what else is there.
 */
#include "backend/backends.h"
#include "backend/control.h"
#include "backend/resend.h"
#include "backend/wait.h"
#include "core/lines.h"
#include "core/lone.h"
#include "core/slots.h"
#include "net/call.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The most messages of one sendmmsg; the kernel takes up to 1024. */
#define SEND_MAX 256

struct out_control {
	_Alignas(struct cmsghdr) char bytes[CONTROL_BYTES];
};

struct mmsg {
	struct wait wait;
	struct resend resend;
	struct counters *counters;
	size_t control_room;
	uint32_t slot_bytes;
	bool head_only;
	uint32_t capacity;
	uint32_t used; /* headers that the last receive wrote to */
	struct lone lone;
	struct slots slots;
	struct mmsghdr *in;
	struct iovec *in_iov;
	char *in_control; /* control_room() bytes for each */
	union address *peer;
	struct mmsghdr *out;
	struct out_control *out_control;
};

static int mmsg_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static void init_headers(struct mmsg *s)
{
	for (uint32_t i = 0; i < s->capacity; i++) {
		s->in_iov[i] =
			(struct iovec){slots_at(&s->slots, i), s->slot_bytes};
		s->in[i].msg_hdr = (struct msghdr){
			.msg_name = &s->peer[i],
			.msg_iov = &s->in_iov[i],
			.msg_iovlen = 1,
			.msg_control = s->in_control + i * s->control_room,
		};
	}
	s->used = s->capacity;
}

static int mmsg_init(void *self, const struct backend_config *config)
{
	struct mmsg *s = self;
	uint32_t n = config->batch;
	int error = slots_init(&s->slots, n, TRAIN_ROOM);

	if (error)
		return error;
	wait_init(&s->wait, config);
	wait_prefer(&s->wait, config);
	resend_init(&s->resend, config);
	s->counters = config->counters;
	s->control_room = control_room(config);
	s->slot_bytes = backend_slot_bytes(config);
	s->head_only = config->head_only;
	s->capacity = n;
	s->in = lines_alloc(n, sizeof(*s->in));
	s->in_iov = lines_alloc(n, sizeof(*s->in_iov));
	s->in_control = lines_alloc(n, CONTROL_ROOM_MOST);
	s->peer = lines_alloc(n, sizeof(*s->peer));
	s->out = lines_alloc(SEND_MAX, sizeof(*s->out));
	s->out_control = lines_alloc(SEND_MAX, sizeof(*s->out_control));
	if (!s->in || !s->in_iov || !s->in_control || !s->peer || !s->out ||
		!s->out_control)
		return -ENOMEM;
	init_headers(s);
	return 0;
}

/* The kernel has overwritten the sizes with lengths. */
static void reset_headers(struct mmsg *s)
{
	for (uint32_t i = 0; i < s->used; i++) {
		s->in[i].msg_hdr.msg_namelen = sizeof(s->peer[i]);
		s->in[i].msg_hdr.msg_controllen = s->control_room;
	}
	s->used = 0;
}

static void fill_train(struct mmsg *s, struct train *t, uint32_t i)
{
	const struct msghdr *h = &s->in[i].msg_hdr;
	uint32_t bytes = s->in[i].msg_len, segment_bytes = 0;

	if (h->msg_controllen == 0)
		control_none(t);
	else if (!control_read_ttl(h->msg_control, h->msg_controllen, t))
		segment_bytes = control_read(h, t);
	t->data = slots_at(&s->slots, i);
	t->peer = &s->peer[i];
	train_shape(t, bytes, segment_bytes);
	t->truncated = h->msg_flags & MSG_CTRUNC;
	if (bytes > s->slot_bytes)
		train_cut(t, s->slot_bytes, s->head_only);
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
}

/* As recvmmsg(2). With MSG_TRUNC the length is the datagram's, not that of the
 * copy. */
static int receive(struct mmsg *s, int flag)
{
	struct mmsghdr *first = &s->in[0];
	ssize_t n;

	reset_headers(s);
	counter_add(s->counters, COUNTER_RECV_CALLS, 1);
	if (!lone_expected(&s->lone))
		return call_recvmmsg(
			s->wait.fd, s->in, s->capacity, flag | MSG_WAITFORONE);
	s->used = 1;
	n = call_recvmsg(s->wait.fd, &first->msg_hdr, flag);
	if (n < 0)
		return -1;
	first->msg_len = (unsigned)n;
	return 1;
}

static int mmsg_recv(void *self, struct batch *b, int timeout_ms)
{
	struct mmsg *s = self;
	int flag = wait_flag(&s->wait, timeout_ms);
	int n;

	b->count = 0;
	if (flag < 0)
		return flag;
	while ((n = receive(s, flag | MSG_TRUNC)) < 0) {
		int again = wait_failed(&s->wait, errno);

		if (again <= 0)
			return again;
	}
	wait_worked(&s->wait);
	lone_note(&s->lone, (uint32_t)n);
	s->used = (uint32_t)n;
	for (int i = 0; i < n; i++)
		fill_train(s, &b->trains[i], (uint32_t)i);
	b->count = (uint32_t)n;
	return n;
}

static void fill_header(struct mmsg *s, uint32_t i, const struct message *m)
{
	struct msghdr *h = &s->out[i].msg_hdr;

	h->msg_name = (void *)m->peer;
	h->msg_namelen = address_length(m->peer);
	h->msg_iov = m->iov;
	h->msg_iovlen = m->iov_count;
	h->msg_controllen = 0;
	if (m->segments > 1 || m->local->family != AF_UNSPEC)
		h->msg_controllen = control_write(s->out_control[i].bytes, m);
	h->msg_control = h->msg_controllen ? s->out_control[i].bytes : NULL;
}

/*
 * If sendmmsg stops half-way, it says how far it came but not why: the next
 * call, from the message where it stopped, returns the error.
 */
static int send_some(struct mmsg *s, struct message *m, uint32_t n)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i < n; i++)
		fill_header(s, i, &m[i]);
	while (done < n) {
		int r = call_sendmmsg(
			s->wait.fd, s->out + done, n - done, MSG_DONTWAIT);

		counter_add(s->counters, COUNTER_SEND_CALLS, 1);
		if (r <= 0) {
			int error = resend(
				&s->resend, &m[done], r < 0 ? -errno : 0);

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
			counter_add(s->counters, COUNTER_SEND_SHORT, 1);
	}
	return 0;
}

static int send_lone(struct mmsg *s, struct message *m)
{
	counter_add(s->counters, COUNTER_SEND_CALLS, 1);
	if (call_sendto(s->wait.fd, m->iov->iov_base, m->iov->iov_len,
		    MSG_DONTWAIT, &m->peer->sa, address_length(m->peer)) < 0)
		return resend(&s->resend, m, -errno);
	m->sent_segments = 1;
	m->sent_bytes = m->bytes;
	return 0;
}

static int mmsg_send(void *self, struct batch *b)
{
	struct mmsg *s = self;

	if (b->message_count == 1 && message_is_plain(b->messages))
		return send_lone(s, b->messages);
	for (uint32_t i = 0; i < b->message_count; i += SEND_MAX) {
		uint32_t n = b->message_count - i;
		int error = send_some(
			s, &b->messages[i], n < SEND_MAX ? n : SEND_MAX);

		if (error)
			return error;
	}
	return 0;
}

static void mmsg_fini(void *self)
{
	struct mmsg *s = self;

	wait_fini(&s->wait);
	slots_fini(&s->slots);
	free(s->in);
	free(s->in_iov);
	free(s->in_control);
	free(s->peer);
	free(s->out);
	free(s->out_control);
	*s = (struct mmsg){0};
}

const struct backend_ops backend_mmsg = {
	.name = "mmsg",
	.brief = "a batch of trains per system call: recvmmsg, sendmmsg",
	.size = sizeof(struct mmsg),
	.gro = true,
	.recv_call = "recvmmsg or recvmsg",
	.send_call = "sendmmsg or sendto",
	.probe = mmsg_probe,
	.init = mmsg_init,
	.recv = mmsg_recv,
	.send = mmsg_send,
	.fini = mmsg_fini,
};
