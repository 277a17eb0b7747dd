/* SPDX-License-Identifier: MIT */
/*
 * One queue of a device, by AF_XDP (Documentation/networking/af_xdp.rst): a
 * socket, its frames (UMEM) and its four rings, by libxdp. Belongs to one
 * thread at a time.
 *
 * A frame is always in one place: with the caller, in a ring, on its way out,
 * or among the free ones. It is named by its address, an offset in the area:
 * frame_bytes x number, plus where the data begin in it.
 */
#pragma once

#include "core/lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xdp/xsk.h>

/* What the kernel puts before a received frame (XDP_PACKET_HEADROOM in
 * include/uapi/linux/bpf.h). */
#define XDP_QUEUE_HEADROOM 256
/* In the options of a descriptor: XDP_PKT_CONTD of Linux 6.6, which is newer
 * than the headers of 6.1. */
#define XDP_QUEUE_CONTINUES (1u << 0)

struct xdp_queue_config {
	const char *device;
	uint32_t queue;       /* opened from 0 on */
	uint32_t frame_bytes; /* 2048 or 4096 */
	uint32_t ring;        /* entries of each ring; a power of two */
	uint32_t frames;      /* of all; at least ring */
	bool copy;            /* do not try zero copy */
	bool frags;           /* packets may have several frames */
	/* SO_PREFER_BUSY_POLL with this time (Linux 5.11); 0: not. */
	uint32_t busy_poll_us;
};

struct xdp_queue {
	/* Queues of different threads share no cache line. */
	_Alignas(CACHE_LINE) int fd;
	uint32_t frame_bytes, ring;
	uint32_t frame_shift; /* frame_bytes is 1 << frame_shift */
	bool zero_copy;
	bool busy_poll;     /* a call is needed to make the device go on */
	uint32_t tx_budget; /* frames that one call sends; 0: all */
	uint8_t *area;
	size_t area_bytes;
	struct xsk_umem *umem;
	struct xsk_socket *socket;
	struct xsk_ring_cons rx, complete;
	struct xsk_ring_prod tx, fill;
	uint64_t *free; /* a stack: what was used last is in the cache */
	uint32_t free_count;
	uint32_t put;     /* in the TX ring, not yet shown to the kernel */
	uint32_t sending; /* in the TX ring or on the way */
};

/* The most bytes of a received frame. */
static inline uint32_t xdp_queue_room(uint32_t frame_bytes)
{
	return frame_bytes - XDP_QUEUE_HEADROOM;
}

/* Can this process open AF_XDP sockets here? 0; or -errno and a sentence in
 * why. */
int xdp_queue_probe(char *why, size_t why_bytes);

/* The frame size for a device of this MTU; 4096 where even that is too
 * small. */
uint32_t xdp_queue_frame_bytes(uint32_t mtu);

/* Can packets have several frames here (XDP_USE_SG, Linux 6.6)? */
bool xdp_queue_has_frags(void);

/* Opens the socket, fills the fill ring, and finds out what was obtained. 0; or
 * -errno and one line in why, and nothing is left. */
int xdp_queue_open(struct xdp_queue *q, const struct xdp_queue_config *config,
	char *why, size_t why_bytes);

/* Legal on zeroed state. */
void xdp_queue_close(struct xdp_queue *q);

static inline uint8_t *xdp_queue_at(const struct xdp_queue *q, uint64_t address)
{
	return q->area + address;
}

/* Gives a frame back, whatever its offset. */
static inline void xdp_queue_give(struct xdp_queue *q, uint64_t address)
{
	q->free[q->free_count++] = address & ~(uint64_t)(q->frame_bytes - 1);
}

/* Takes a free frame, for sending. False: there is none now. */
static inline bool xdp_queue_take(struct xdp_queue *q, uint64_t *address)
{
	if (!q->free_count)
		return false;
	*address = q->free[--q->free_count];
	return true;
}

/*
 * Received frames: up to most descriptors from index on, by
 * xsk_ring_cons__rx_desc(&q->rx, index + i); xdp_queue_received() gives the
 * descriptors back, while the frames are the caller's.
 */
static inline uint32_t xdp_queue_receive(
	struct xdp_queue *q, uint32_t most, uint32_t *index)
{
	return xsk_ring_cons__peek(&q->rx, most, index);
}

static inline void xdp_queue_received(struct xdp_queue *q, uint32_t n)
{
	xsk_ring_cons__release(&q->rx, n);
}

/* Are further frames of its packet behind this one? */
static inline bool xdp_queue_continues(const struct xdp_desc *d)
{
	return d->options & XDP_QUEUE_CONTINUES;
}

/* Puts a frame of a packet in the TX ring, not yet visible to the kernel; more:
 * further ones follow. False: the ring is full. The kernel takes whole packets
 * only, so look first whether there is room for all (xsk_prod_nb_free()). */
static inline bool xdp_queue_put_part(
	struct xdp_queue *q, uint64_t address, uint32_t bytes, bool more)
{
	struct xdp_desc *d;
	uint32_t index;

	if (xsk_ring_prod__reserve(&q->tx, 1, &index) != 1)
		return false;
	d = xsk_ring_prod__tx_desc(&q->tx, index);
	d->addr = address;
	d->len = bytes;
	d->options = more ? XDP_QUEUE_CONTINUES : 0;
	q->put++;
	q->sending++;
	return true;
}

/* Puts a packet of one frame. */
static inline bool xdp_queue_put(
	struct xdp_queue *q, uint64_t address, uint32_t bytes)
{
	return xdp_queue_put_part(q, address, bytes, false);
}

/* Shows the frames that were put to the kernel. Returns their number. */
static inline uint32_t xdp_queue_submit(struct xdp_queue *q)
{
	uint32_t n = q->put;

	if (n)
		xsk_ring_prod__submit(&q->tx, n);
	q->put = 0;
	return n;
}

/* Are there frames in the TX ring that the kernel has not taken? */
static inline bool xdp_queue_unsent(struct xdp_queue *q)
{
	return xsk_prod_nb_free(&q->tx, q->ring) < q->ring;
}

/*
 * Makes the kernel send. It needs no call while the driver says so. 1: call
 * again, for more than its budget was there; 0: done, or it goes on by itself;
 * -EAGAIN: it has no room or memory now; -EBUSY: the device dropped a frame,
 * and others may be left; -ENETDOWN, -ENXIO: the device is down or gone; or
 * another -errno. Counts its calls in *calls.
 */
int xdp_queue_kick(struct xdp_queue *q, uint32_t *calls);

/* Calls xdp_queue_kick() as long as that helps. 0 or its last -errno; counts
 * its calls, and the frames that the device dropped. */
int xdp_queue_push(struct xdp_queue *q, uint32_t *calls, uint32_t *dropped);

/* Takes back the frames that were sent. */
void xdp_queue_reap(struct xdp_queue *q);

/* Takes back up to most frames that were sent, for a caller that keeps them
 * apart from the free ones. Returns how many. */
uint32_t xdp_queue_sent(struct xdp_queue *q, uint64_t *frames, uint32_t most);

/* Gives free frames to the fill ring. True if the driver waits for a call
 * (recvfrom or poll). */
bool xdp_queue_refill(struct xdp_queue *q);

/* -ENODEV once the device is gone, deleted or moved to another network
 * namespace; else 0, or another -errno. */
int xdp_queue_lost(const struct xdp_queue *q);

/* The kernel's counts since the socket was opened (XDP_STATISTICS). */
struct xdp_queue_statistics {
	uint64_t dropped;    /* no free frame, or longer than one */
	uint64_t ring_full;  /* the RX ring */
	uint64_t fill_empty; /* times that a free frame was missing */
	uint64_t rx_invalid, tx_invalid; /* descriptors */
};

/* 0 or -errno. */
int xdp_queue_statistics(
	const struct xdp_queue *q, struct xdp_queue_statistics *out);
