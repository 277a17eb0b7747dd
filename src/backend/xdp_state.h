/* SPDX-License-Identifier: MIT */
/*
 * The state of the backend xdp.
 *
 * A batch comes either from the device's queue, as frames, or from the socket,
 * which mmsg serves: whatever the filter leaves to the stack arrives there, and
 * the socket keeps the port for us.
 */
#pragma once

#include "backend/backend.h"
#include "backend/resend.h"
#include "core/division.h"
#include "xdp/frame.h"
#include "xdp/queues.h"

/* Of an endpoint. */
struct xdp_share {
	struct xdp_queues queues;
	uint32_t packet_most; /* bytes of the longest packet */
	bool frags;           /* which may have several frames */
	/* The addresses that the filter takes, and what tells of changes. */
	union address address[XDP_DEVICE_ADDRESSES];
	uint32_t address_count;
	int watch;
	bool away;   /* one is not this host's now: all goes to the stack */
	bool behind; /* the filter could not be told the last change */
};

/* A received packet, on loan: as it lies in its frame, or, if it has several,
 * copied together at its place in whole. */
struct lent {
	struct frame frame;
	uint64_t address; /* of the frame's data in the queue's area */
	uint32_t parts;   /* frames that were copied together; 0: none were */
	bool sent;        /* it is in the TX ring */
};

struct xdp {
	struct xdp_share *share;
	struct xdp_queue *queue; /* the share's */
	struct backend socket;   /* mmsg */
	struct resend resend;
	struct counters *counters;
	int fd;                       /* of the socket */
	unsigned device;              /* index */
	bool mapped, local, tos, ttl; /* mapped: IPv4 as IPv6 */
	uint8_t ttl_v4, ttl_v6;       /* of replies, as the socket has them */
	bool from_socket;             /* the batch on loan is mmsg's */
	bool follows;                 /* looks after the share's addresses */
	bool said_away, said_behind;
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
	int lost;            /* -errno: the queue has no device */
	uint32_t slot_bytes; /* longer payloads are truncated */
	uint32_t turns;
	uint64_t full_until_ns; /* until then it does not wait for room */
	struct lent *lent;      /* by the train's number */
	union address *peer;    /* by the train's number */
	uint16_t *number;       /* of the train, by the frame's number */
	uint32_t packet_most;   /* bytes of the longest packet */
	/* Packets of several frames, by the train's number: whole_bytes for
	 * each, and up to whole_frames addresses. NULL: there are none. */
	uint8_t *whole, *whole_end;
	uint64_t *parts;
	uint32_t whole_bytes, whole_frames;
	struct divisor by_whole; /* by whole_bytes */
};

static inline uint8_t *xdp_whole(const struct xdp *s, uint32_t train)
{
	return s->whole + (size_t)train * s->whole_bytes;
}

static inline uint64_t *xdp_parts(const struct xdp *s, uint32_t train)
{
	return s->parts + (size_t)train * s->whole_frames;
}

int xdp_backend_queues(const union address *listen, const char *device,
	char *why, size_t why_bytes);
int xdp_backend_share(void **out, const struct backend_share_config *config,
	char *why, size_t why_bytes);
void xdp_backend_facts(const void *share, backend_fact_fn *each, void *arg);
void xdp_backend_unshare(void *share);

/* Leaves all to the stack while an address that the filter takes is not this
 * host's. By one thread. 1: that begins; 0: it does not; -errno: the filter
 * could not be told, and goes on as before at some queues at least, until the
 * next call, which tries again. */
int xdp_share_follow(struct xdp_share *s);

/* Takes what is in the RX ring, as far as the batch has room. Returns
 * b->count. */
uint32_t xdp_take_frames(struct xdp *s, struct batch *b);

/* Frees the frames of a train that was not sent. */
void xdp_give_back(struct xdp *s, uint32_t train);

/* backend_ops.send for a batch of frames. */
int xdp_send_frames(struct xdp *s, struct batch *b);

/* Lets the kernel take what is in the TX ring, as far as it can. */
void xdp_flush(struct xdp *s);
