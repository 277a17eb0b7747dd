/* SPDX-License-Identifier: MIT */
#include "backend/resend.h"

#include "backend/control.h"
#include "core/clock.h"
#include "core/failures.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void resend_init(struct resend *r, const struct backend_config *config)
{
	*r = (struct resend){
		.fd = config->fd,
		.counters = config->counters,
		.notice = config->notice,
		.notice_arg = config->notice_arg,
	};
}

static int wait_writable(struct resend *r)
{
	struct pollfd p = {.fd = r->fd, .events = POLLOUT};
	int n;

	if (clock_ns() < r->full_until_ns)
		return -EAGAIN;
	counter_add(r->counters, COUNTER_SEND_WAITS, 1);
	n = poll(&p, 1, RESEND_WAIT_MS);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n > 0)
		return 0;
	r->full_until_ns = clock_ns() + RESEND_REST_MS * 1000000ull;
	return -EAGAIN;
}

/* Does the error tell of a datagram that was sent before? */
static bool is_report(struct resend *r, int error)
{
	if (!r->connected || !failure_is_of_network(-error))
		return false;
	counter_add(r->counters, COUNTER_CONNECTED_REPORTS, 1);
	return true;
}

/* Several turns, since another sender may take the room first. */
static int send_waiting(struct resend *r, const struct msghdr *h)
{
	int error = -EAGAIN;

	for (int turn = 0; turn < 4; turn++) {
		counter_add(r->counters, COUNTER_SEND_CALLS, 1);
		if (sendmsg(r->fd, h, MSG_DONTWAIT) >= 0)
			return 0;
		error = -errno;
		if (error == -EINTR || is_report(r, error))
			continue;
		if (error != -EAGAIN)
			return error;
		error = wait_writable(r);
		if (error)
			return error;
		error = -EAGAIN;
	}
	return error;
}

static int send_whole(struct resend *r, struct message *m)
{
	_Alignas(struct cmsghdr) char control[CONTROL_BYTES];
	struct msghdr h = {
		.msg_name = (void *)m->peer,
		.msg_namelen = address_length(m->peer),
		.msg_iov = m->iov,
		.msg_iovlen = m->iov_count,
		.msg_control = control,
		.msg_controllen = control_write(control, m),
	};

	return send_waiting(r, &h);
}

/*
 * Each iovec of a train has whole segments, except that the very last may be
 * shorter: couple() guarantees that.
 */
static void send_apart(struct resend *r, struct message *m)
{
	for (uint32_t i = 0; i < m->iov_count; i++) {
		uint8_t *at = m->iov[i].iov_base;
		size_t left = m->iov[i].iov_len;

		while (left > 0) {
			size_t n = left < m->segment_bytes ? left
							   : m->segment_bytes;
			struct iovec piece = {at, n};
			struct message one = {
				.peer = m->peer,
				.local = m->local,
				.iov = &piece,
				.iov_count = 1,
				.segments = 1,
			};
			int error = send_whole(r, &one);

			if (error) {
				m->error = error;
			} else {
				m->sent_segments++;
				m->sent_bytes += (uint32_t)n;
			}
			at += n;
			left -= n;
		}
	}
}

/*
 * The errors of a refused train: EIO with IPsec on the way, or if a device
 * cannot compute checksums (before Linux 6.11); EINVAL and EMSGSIZE if a
 * segment exceeds the path's MTU; EOPNOTSUPP and ENOPROTOOPT if UDP_SEGMENT is
 * unknown.
 */
static bool refused_as_train(const struct message *m, int error)
{
	if (m->segments == 1)
		return false;
	return error == -EIO || error == -EINVAL || error == -EMSGSIZE ||
	       error == -EOPNOTSUPP || error == -ENOPROTOOPT;
}

static void say_refused(struct resend *r, const struct message *m, int error)
{
	char next[80] = "such replies are now sent as single datagrams, which "
			"is slower";
	char text[200];

	if (r->noticed || !r->notice)
		return;
	r->noticed = true;
	if (train_has_too_many(m->segments, error))
		snprintf(next, sizeof(next), "trains now have at most %u",
			TRAIN_SEND_SEGMENTS);
	snprintf(text, sizeof(text),
		"a train of %u replies of %u bytes was refused (%s); %s",
		m->segments, m->segment_bytes, strerror(-error), next);
	r->notice(r->notice_arg, text);
}

/* A local rule may hold for ever, and not everybody looks at the counters. */
static void say_denied(struct resend *r, int error)
{
	char text[320];

	if (r->denied || !r->notice || (error != -EPERM && error != -EACCES))
		return;
	r->denied = true;
	snprintf(text, sizeof(text),
		"a reply could not be sent (sendmsg: %s)%s", strerror(-error),
		failure_advice(-error));
	r->notice(r->notice_arg, text);
}

static bool is_pointless(int error)
{
	return error == -EBADF || error == -ENOTSOCK || error == -ENOSYS;
}

int resend(struct resend *r, struct message *m, int error)
{
	m->sent_segments = 0;
	m->sent_bytes = 0;
	m->error = 0;
	if (error == -EAGAIN)
		error = wait_writable(r);
	if (!error || error == -EINTR || is_report(r, error))
		error = send_whole(r, m);
	if (!error) {
		m->sent_segments = m->segments;
		m->sent_bytes = m->bytes;
	} else if (refused_as_train(m, error)) {
		m->train_error = error;
		counter_add(r->counters, COUNTER_GSO_REFUSED, 1);
		say_refused(r, m, error);
		send_apart(r, m);
	} else {
		m->error = error;
		say_denied(r, error);
	}
	return is_pointless(m->error) ? m->error : 0;
}
