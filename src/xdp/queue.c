/* SPDX-License-Identifier: MIT */
#include "xdp/queue.h"

#include "core/clock.h"
#include "core/lines.h"
#include "net/call.h"
#include "xdp/sockets.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Newer than the headers of Linux 6.1. */
#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 9 /* Linux 6.17 */
#endif
#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4) /* Linux 6.6 */
#endif
#ifdef XDP_PKT_CONTD
_Static_assert(XDP_PKT_CONTD == XDP_QUEUE_CONTINUES, "as the kernel has it");
#endif

/* What a call sends in copy mode where the limit cannot be raised
 * (TX_BATCH_SIZE in net/xdp/xsk.c). */
#define TX_BUDGET_DEFAULT 32

/* Frames that the device drops, each of which ends a call, before it is left
 * alone for a turn. */
#define DROPS_MOST 64

/* How long a queue that is busy is tried again. The kernel gives up that of a
 * closed socket after a grace period of RCU (SOCK_RCU_FREE, xsk_destruct()) and
 * then in a work item that waits for the lock of all devices (RTNL,
 * xp_release_deferred()). That takes 17 to 33 ms (Linux 6.18), but seconds
 * while a busy host removes namespaces, and nothing tells that it is done. If
 * there are other sockets, one of them may have the queue, and keep it. */
#define BUSY_NS  30000000000u
#define BUSY_S   "30"
#define HELD_NS  2000000000u
#define HELD_S   "2"
#define RETRY_NS 10000000

int xdp_queue_probe(char *why, size_t why_bytes)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno == EPERM || errno == EACCES) {
		snprintf(why, why_bytes,
			"AF_XDP needs CAP_NET_RAW, and its XDP program "
			"CAP_NET_ADMIN and CAP_BPF (run as root)");
		return -EPERM;
	}
	snprintf(why, why_bytes, "this kernel has no AF_XDP sockets (%s)",
		strerror(errno));
	return -errno;
}

uint32_t xdp_queue_frame_bytes(uint32_t mtu)
{
	/* With a VLAN tag. */
	return mtu + 18 <= xdp_queue_room(2048) ? 2048 : 4096;
}

/* The kernel looks at the flags before it looks for the device, and there is
 * none with the index 0. */
bool xdp_queue_has_frags(void)
{
	const struct sockaddr_xdp nowhere = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_USE_SG,
	};
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	bool has;

	if (fd < 0)
		return false;
	has = bind(fd, (const struct sockaddr *)&nowhere, sizeof(nowhere)) &&
	      errno == ENODEV;
	close(fd);
	return has;
}

/* Where the kernel has the option: a call then sends all there is. */
static void raise_budget(struct xdp_queue *q)
{
	q->tx_budget = 0;
	if (!q->zero_copy && setsockopt(q->fd, SOL_XDP, XDP_MAX_TX_SKB_BUDGET,
				     &q->ring, sizeof(q->ring)) == 0)
		q->tx_budget = q->ring;
	else if (!q->zero_copy)
		q->tx_budget = TX_BUDGET_DEFAULT;
}

static void set_busy_poll(struct xdp_queue *q, uint32_t us)
{
	int on = 1, time = (int)us, budget = 64;

	q->busy_poll = us &&
		       setsockopt(q->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &on,
			       sizeof(on)) == 0 &&
		       setsockopt(q->fd, SOL_SOCKET, SO_BUSY_POLL, &time,
			       sizeof(time)) == 0 &&
		       setsockopt(q->fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET,
			       &budget, sizeof(budget)) == 0;
}

static int make_frames(struct xdp_queue *q, const struct xdp_queue_config *c)
{
	q->area_bytes = (size_t)c->frames * c->frame_bytes;
	q->area = mmap(NULL, q->area_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (q->area == MAP_FAILED) {
		q->area = NULL;
		return -ENOMEM;
	}
	q->free = lines_alloc(c->frames, sizeof(*q->free));
	if (!q->free)
		return -ENOMEM;
	for (uint32_t i = c->frames; i > 0; i--)
		xdp_queue_give(q, (uint64_t)(i - 1) * c->frame_bytes);
	return 0;
}

static int open_socket(struct xdp_queue *q, const struct xdp_queue_config *c)
{
	const struct xsk_umem_config umem = {
		.fill_size = c->ring,
		.comp_size = c->ring,
		.frame_size = c->frame_bytes,
	};
	const struct xsk_socket_config socket = {
		.rx_size = c->ring,
		.tx_size = c->ring,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = (uint16_t)(XDP_USE_NEED_WAKEUP |
					 (c->copy ? XDP_COPY : 0) |
					 (c->frags ? XDP_USE_SG : 0)),
	};
	struct xdp_options options = {0};
	socklen_t bytes = sizeof(options);
	int error = xsk_umem__create(&q->umem, q->area, q->area_bytes, &q->fill,
		&q->complete, &umem);

	if (!error)
		error = xsk_socket__create(&q->socket, c->device, c->queue,
			q->umem, &q->rx, &q->tx, &socket);
	if (error)
		return error;
	q->fd = xsk_socket__fd(q->socket);
	if (getsockopt(q->fd, SOL_XDP, XDP_OPTIONS, &options, &bytes))
		return -errno;
	q->zero_copy = options.flags & XDP_OPTIONS_ZEROCOPY;
	return 0;
}

static void close_socket(struct xdp_queue *q)
{
	if (q->socket)
		xsk_socket__delete(q->socket);
	if (q->umem)
		(void)xsk_umem__delete(q->umem);
	q->socket = NULL;
	q->umem = NULL;
	q->fd = -1;
}

/* Queues are opened from 0 on, so that those before are our own. */
static bool others_have_sockets(const struct xdp_queue_config *c)
{
	return xdp_sockets_open() > c->queue;
}

static int open_free_socket(
	struct xdp_queue *q, const struct xdp_queue_config *c)
{
	const struct timespec pause = {.tv_nsec = RETRY_NS};
	uint64_t start = clock_ns(), wait_ns;
	int error;

	for (;;) {
		error = open_socket(q, c);
		if (error != -EBUSY)
			return error;
		close_socket(q);
		wait_ns = others_have_sockets(c) ? HELD_NS : BUSY_NS;
		if (clock_ns() - start > wait_ns)
			return error;
		(void)nanosleep(&pause, NULL);
	}
}

static const char *advice(int error, const struct xdp_queue_config *c)
{
	switch (error) {
	case -EPERM:
	case -EACCES:
		return "; it needs CAP_NET_RAW and CAP_NET_ADMIN";
	case -ENOBUFS:
	case -ENOMEM:
		return "; its frames must stay in memory, so raise ulimit -l";
	case -EBUSY:
		if (others_have_sockets(c))
			return "; it has been in use for " HELD_S " s: end the "
			       "program that has it (ss --xdp tells), or use "
			       "another device";
		return "; it has no AF_XDP socket now, but the kernel has not "
		       "given it up for " BUSY_S " s: try again later";
	case -EAFNOSUPPORT:
		return "; this kernel has no AF_XDP (CONFIG_XDP_SOCKETS)";
	default:
		return "";
	}
}

int xdp_queue_open(struct xdp_queue *q, const struct xdp_queue_config *config,
	char *why, size_t why_bytes)
{
	int error;

	*q = (struct xdp_queue){
		.fd = -1,
		.frame_bytes = config->frame_bytes,
		.frame_shift = (uint32_t)__builtin_ctz(config->frame_bytes),
		.ring = config->ring,
	};
	error = make_frames(q, config);
	if (!error)
		error = open_free_socket(q, config);
	if (error) {
		snprintf(why, why_bytes,
			"cannot open queue %u of %s by AF_XDP: %s%s",
			config->queue, config->device, strerror(-error),
			advice(error, config));
		xdp_queue_close(q);
		return error;
	}
	raise_budget(q);
	set_busy_poll(q, config->busy_poll_us);
	(void)xdp_queue_refill(q);
	return 0;
}

void xdp_queue_close(struct xdp_queue *q)
{
	close_socket(q);
	if (q->area)
		munmap(q->area, q->area_bytes);
	free(q->free);
	*q = (struct xdp_queue){.fd = -1};
}

int xdp_queue_kick(struct xdp_queue *q, uint32_t *calls)
{
	uint32_t taken;

	if (!q->busy_poll && !xsk_ring_prod__needs_wakeup(&q->tx))
		return 0;
	++*calls;
	taken = __atomic_load_n(q->tx.consumer, __ATOMIC_RELAXED);
	if (call_sendto(q->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
		return 0;
	/* EAGAIN: either the budget is used up or there is no room. That it
	 * took frames tells which. */
	if (errno == EAGAIN &&
		taken != __atomic_load_n(q->tx.consumer, __ATOMIC_RELAXED))
		return 1;
	/* Not EINTR: a call that does not wait is not interrupted, and a
	 * seccomp filter may say so for ever. */
	return -errno;
}

int xdp_queue_push(struct xdp_queue *q, uint32_t *calls, uint32_t *dropped)
{
	uint32_t drops = 0;
	int r;

	do {
		r = xdp_queue_kick(q, calls);
		drops += r == -EBUSY;
	} while (r == 1 || (r == -EBUSY && drops < DROPS_MOST));
	*dropped += drops;
	return r;
}

void xdp_queue_reap(struct xdp_queue *q)
{
	uint32_t index, n = xsk_ring_cons__peek(&q->complete, q->ring, &index);

	if (!n)
		return;
	for (uint32_t i = 0; i < n; i++)
		xdp_queue_give(
			q, *xsk_ring_cons__comp_addr(&q->complete, index + i));
	xsk_ring_cons__release(&q->complete, n);
	q->sending -= n;
}

uint32_t xdp_queue_sent(struct xdp_queue *q, uint64_t *frames, uint32_t most)
{
	uint32_t index, n = xsk_ring_cons__peek(&q->complete, most, &index);

	if (!n)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		frames[i] = *xsk_ring_cons__comp_addr(&q->complete, index + i);
	xsk_ring_cons__release(&q->complete, n);
	q->sending -= n;
	return n;
}

bool xdp_queue_refill(struct xdp_queue *q)
{
	uint32_t index, n = xsk_prod_nb_free(&q->fill, q->free_count);

	if (n > q->free_count)
		n = q->free_count;
	if (n && xsk_ring_prod__reserve(&q->fill, n, &index) == n) {
		for (uint32_t i = 0; i < n; i++)
			*xsk_ring_prod__fill_addr(&q->fill, index + i) =
				q->free[--q->free_count];
		xsk_ring_prod__submit(&q->fill, n);
	}
	return q->busy_poll || xsk_ring_prod__needs_wakeup(&q->fill);
}

int xdp_queue_lost(const struct xdp_queue *q)
{
	int error = 0;
	socklen_t bytes = sizeof(error);

	if (getsockopt(q->fd, SOL_SOCKET, SO_ERROR, &error, &bytes))
		return -errno;
	return error ? -ENODEV : 0;
}

int xdp_queue_statistics(
	const struct xdp_queue *q, struct xdp_queue_statistics *out)
{
	struct xdp_statistics s = {0};
	socklen_t bytes = sizeof(s);

	if (getsockopt(q->fd, SOL_XDP, XDP_STATISTICS, &s, &bytes))
		return -errno;
	*out = (struct xdp_queue_statistics){
		.dropped = s.rx_dropped,
		.ring_full = s.rx_ring_full,
		.fill_empty = s.rx_fill_ring_empty_descs,
		.rx_invalid = s.rx_invalid_descs,
		.tx_invalid = s.tx_invalid_descs,
	};
	return 0;
}
