/* SPDX-License-Identifier: MIT */
/*
 * A queue of a device past the kernel's stack: AF_XDP. Datagrams arrive as
 * frames, are lent as they lie there, and go back in the same frames.
 *
 * A worker waits for both its queue and its socket. While the queue is busy,
 * the socket is looked at now and then.
 */
#include "backend/backends.h"
#include "backend/xdp_state.h"
#include "core/lines.h"
#include "net/call.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Turns of a busy queue between two looks at the socket. */
#define SOCKET_TURNS 64
/* What is in the TX ring at the end gets so many calls. */
#define LAST_CALLS 100

/* The socket's, which whoever opened it has chosen and read back. */
static int read_ttl(struct xdp *s, sa_family_t family)
{
	int v4 = 0, v6 = 0;
	socklen_t bytes = sizeof(v4);

	if (getsockopt(s->fd, IPPROTO_IP, IP_TTL, &v4, &bytes))
		return -errno;
	bytes = sizeof(v6);
	if (family == AF_INET6 &&
		getsockopt(s->fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &v6, &bytes))
		return -errno;
	s->ttl_v4 = (uint8_t)v4;
	s->ttl_v6 = (uint8_t)v6;
	return 0;
}

static int make_wholes(
	struct xdp *s, const struct xdp_share *share, uint32_t batch)
{
	uint32_t room = xdp_queue_room(s->queue->frame_bytes);

	s->packet_most = share->packet_most;
	if (!share->frags)
		return 0;
	s->whole_bytes = (s->packet_most + CACHE_LINE - 1) & ~(CACHE_LINE - 1u);
	s->by_whole = divisor_of(s->whole_bytes);
	s->whole_frames = (s->packet_most + room - 1) / room;
	s->whole = lines_alloc(batch, s->whole_bytes);
	s->parts = lines_alloc(batch, s->whole_frames * sizeof(*s->parts));
	if (!s->whole || !s->parts)
		return -ENOMEM;
	s->whole_end = s->whole + (size_t)batch * s->whole_bytes;
	return 0;
}

static int xdp_init(void *self, const struct backend_config *config)
{
	struct xdp *s = self;
	struct xdp_share *share = config->share;
	int error;

	if (!share || config->worker >= share->queues.count)
		return -EINVAL;
	s->share = share;
	s->follows = config->worker == 0;
	s->notice = config->notice;
	s->notice_arg = config->notice_arg;
	s->queue = &share->queues.queue[config->worker];
	s->device = share->queues.device.index;
	s->counters = config->counters;
	s->fd = config->fd;
	s->mapped = config->family == AF_INET6;
	s->local = config->local;
	s->tos = config->tos;
	s->ttl = config->ttl;
	/* With head_only all is there, at no cost. */
	s->slot_bytes = config->slot_bytes && !config->head_only
				? config->slot_bytes
				: UINT32_MAX;
	resend_init(&s->resend, config);
	s->lent = lines_alloc(config->batch, sizeof(*s->lent));
	s->peer = lines_alloc(config->batch, sizeof(*s->peer));
	s->number = lines_alloc(s->queue->area_bytes >> s->queue->frame_shift,
		sizeof(*s->number));
	if (!s->lent || !s->peer || !s->number)
		return -ENOMEM;
	error = make_wholes(s, share, config->batch);
	if (error)
		return error;
	error = read_ttl(s, config->family);
	return error ? error : backend_open(&s->socket, &backend_mmsg, config);
}

static int take_datagrams(struct xdp *s, struct batch *b)
{
	int n = s->socket.ops->recv(s->socket.self, b, 0);
	uint32_t datagrams = 0;

	if (n < 0 && !b->failed_call)
		b->failed_call = s->socket.ops->recv_call;
	s->from_socket = n > 0;
	for (int i = 0; i < n; i++)
		datagrams += b->trains[i].segments;
	if (datagrams)
		counter_add(s->counters, COUNTER_XDP_STACK, datagrams);
	return n;
}

/* Frees frames that were sent, and lets the driver have them. */
static void recycle(struct xdp *s)
{
	xdp_queue_reap(s->queue);
	if (!xdp_queue_refill(s->queue))
		return;
	counter_add(s->counters, COUNTER_RECV_CALLS, 1);
	(void)!call_recvfrom(s->queue->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

/* Waits for either. */
static int wait_for_both(struct xdp *s, struct batch *b, int timeout_ms)
{
	struct pollfd p[] = {
		{.fd = s->queue->fd, .events = POLLIN},
		{.fd = s->fd, .events = POLLIN},
	};
	int n;

	counter_add(s->counters, COUNTER_RECV_CALLS, 1);
	n = call_poll(p, 2, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[0].revents & (POLLERR | POLLNVAL))
		return -ENODEV;
	if (xdp_take_frames(s, b))
		return (int)b->count;
	return p[1].revents ? take_datagrams(s, b) : 0;
}

static int xdp_recv(void *self, struct batch *b, int timeout_ms)
{
	struct xdp *s = self;
	bool looked = ++s->turns % SOCKET_TURNS == 0;
	int n = 0;

	b->count = 0;
	s->from_socket = false;
	if (s->lost)
		return s->lost;
	if (looked)
		n = take_datagrams(s, b);
	if (n)
		return n;
	if (xdp_take_frames(s, b))
		return (int)b->count;
	/* The frames of the last replies may have come back only now, or have
	 * found no room before. */
	if (xdp_queue_unsent(s->queue))
		xdp_flush(s);
	recycle(s);
	if (timeout_ms)
		return wait_for_both(s, b, timeout_ms);
	return looked ? 0 : take_datagrams(s, b);
}

static int xdp_send(void *self, struct batch *b)
{
	struct xdp *s = self;

	if (s->from_socket)
		return s->socket.ops->send(s->socket.self, b);
	return xdp_send_frames(s, b);
}

/* Says it unless it was said. */
static void say_once(struct xdp *s, bool *said, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void say_once(struct xdp *s, bool *said, const char *format, ...)
{
	char text[200];
	va_list list;

	if (*said || !s->notice)
		return;
	*said = true;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	s->notice(s->notice_arg, text);
}

static void follow(struct xdp *s)
{
	const char *device = s->share->queues.device.name;
	int away = s->follows ? xdp_share_follow(s->share) : 0;

	/* A device that goes takes its addresses with it. */
	if (s->lost)
		return;
	if (away > 0)
		say_once(s, &s->said_away,
			"an address that is served is no longer this host's: "
			"what arrives at %s goes to the stack until it is back",
			device);
	else if (away < 0)
		say_once(s, &s->said_behind,
			"an address that is served was removed or is back, but "
			"the XDP program on %s cannot be told so (%s) and may "
			"go on as before; it is tried again each second",
			device, strerror(-away));
}

static void xdp_publish(void *self)
{
	struct xdp *s = self;
	struct xdp_queue_statistics now;

	/* poll(2) does not tell, nor does a call that finds nothing to do. */
	if (!s->lost)
		s->lost = xdp_queue_lost(s->queue);
	follow(s);
	if (xdp_queue_statistics(s->queue, &now))
		return;
	counter_set(s->counters, COUNTER_XDP_RX_DROPPED, now.dropped);
	counter_set(s->counters, COUNTER_XDP_RX_RING_FULL, now.ring_full);
	counter_set(s->counters, COUNTER_XDP_FILL_EMPTY, now.fill_empty);
	counter_set(s->counters, COUNTER_XDP_INVALID,
		now.rx_invalid + now.tx_invalid);
}

static void xdp_fini(void *self)
{
	struct xdp *s = self;

	for (int i = 0; s->number && i < LAST_CALLS; i++) {
		if (!xdp_queue_unsent(s->queue))
			break;
		xdp_flush(s);
	}
	backend_close(&s->socket);
	free(s->lent);
	free(s->peer);
	free(s->number);
	free(s->whole);
	free(s->parts);
	*s = (struct xdp){0};
}

const struct backend_ops backend_xdp = {
	.name = "xdp",
	.brief = "frames of a device, past the kernel's stack: AF_XDP",
	.size = sizeof(struct xdp),
	.recv_call = "poll",
	.send_call = "sendto",
	.probe = xdp_queue_probe,
	.queues = xdp_backend_queues,
	.share = xdp_backend_share,
	.facts = xdp_backend_facts,
	.unshare = xdp_backend_unshare,
	.init = xdp_init,
	.recv = xdp_recv,
	.send = xdp_send,
	.publish = xdp_publish,
	.fini = xdp_fini,
};
