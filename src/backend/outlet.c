/* SPDX-License-Identifier: MIT */
#include "backend/outlet.h"

#include "backend/control.h"
#include "core/lines.h"
#include "net/call.h"

#include <errno.h>
#include <stdlib.h>

/* The most messages of one sendmmsg; the kernel takes up to 1024. */
#define SEND_MAX 256

struct outlet_control {
	_Alignas(struct cmsghdr) char bytes[CONTROL_BYTES];
};

int outlet_init(struct outlet *o, const struct backend_config *config)
{
	resend_init(&o->resend, config);
	o->headers = lines_alloc(SEND_MAX, sizeof(*o->headers));
	o->control = lines_alloc(SEND_MAX, sizeof(*o->control));
	return o->headers && o->control ? 0 : -ENOMEM;
}

void outlet_fini(struct outlet *o)
{
	free(o->headers);
	free(o->control);
	*o = (struct outlet){0};
}

static size_t write_control(
	const struct outlet *o, char *control, const struct message *m)
{
	if (o->resend.connected)
		return control_write_train(control, m);
	return message_is_plain(m) ? 0 : control_write(control, m);
}

static void fill_header(struct outlet *o, uint32_t i, const struct message *m)
{
	struct msghdr *h = &o->headers[i].msg_hdr;
	char *control = o->control[i].bytes;

	h->msg_name = o->resend.connected ? NULL : (void *)m->peer;
	h->msg_namelen = o->resend.connected ? 0 : address_length(m->peer);
	h->msg_iov = m->iov;
	h->msg_iovlen = m->iov_count;
	h->msg_controllen = write_control(o, control, m);
	h->msg_control = h->msg_controllen ? control : NULL;
}

/*
 * If sendmmsg stops half-way, it says how far it came but not why: the next
 * call, from the message where it stopped, returns the error.
 */
static int send_some(struct outlet *o, struct message *m, uint32_t n)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i < n; i++)
		fill_header(o, i, &m[i]);
	while (done < n) {
		int r = call_sendmmsg(o->resend.fd, o->headers + done, n - done,
			MSG_DONTWAIT);

		counter_add(o->resend.counters, COUNTER_SEND_CALLS, 1);
		if (r <= 0) {
			int error = resend(
				&o->resend, &m[done], r < 0 ? -errno : 0);

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
			counter_add(o->resend.counters, COUNTER_SEND_SHORT, 1);
	}
	return 0;
}

static int send_lone(struct outlet *o, struct message *m)
{
	bool connected = o->resend.connected;

	counter_add(o->resend.counters, COUNTER_SEND_CALLS, 1);
	if (call_sendto(o->resend.fd, m->iov->iov_base, m->iov->iov_len,
		    MSG_DONTWAIT, connected ? NULL : &m->peer->sa,
		    connected ? 0 : address_length(m->peer)) < 0)
		return resend(&o->resend, m, -errno);
	m->sent_segments = 1;
	m->sent_bytes = m->bytes;
	return 0;
}

int outlet_send(struct outlet *o, struct message *messages, uint32_t n)
{
	if (n == 1 && (o->resend.connected ? messages->segments == 1
					   : message_is_plain(messages)))
		return send_lone(o, messages);
	for (uint32_t i = 0; i < n; i += SEND_MAX) {
		uint32_t some = n - i < SEND_MAX ? n - i : SEND_MAX;
		int error = send_some(o, messages + i, some);

		if (error)
			return error;
	}
	return 0;
}
