/* SPDX-License-Identifier: MIT */
/*
 * The state of the engine xdp: xdp.c has its table and its flows, xdp_share.c
 * what its threads share, xdp_send.c and xdp_receive.c do what their names say.
 *
 * A thread has a queue of the device. Its frames are of two kinds: those that
 * are slots, which go round between the thread and the TX ring, and those that
 * are received into.
 */
#pragma once

#include "core/failures.h"
#include "load/engine/engine.h"
#include "load/engine/inbox.h"
#include "xdp/frame.h"
#include "xdp/queues.h"

/* Entries of each ring, and as many frames to receive into, and some more,
 * which are on loan: they hold the default windows of all flows. */
#define XDP_ENGINE_RING  8192
#define XDP_ENGINE_SPARE 256
#define XDP_ENGINE_SLOTS 2048
/* The block of memory before a payload that its headers are at the end of. */
#define XDP_ENGINE_HEAD 64

/* Of all threads. */
struct xdp_engine_share {
	const struct engine_path *path;
	struct xdp_queues queues;
};

/* What a flow's frames have. */
struct xdp_flow {
	struct link *link; /* NULL: there is no such flow */
	struct frame_route route;
	/* The headers of a datagram as long as a slot, without its UDP
	 * checksum, and the sum of what that covers of them. */
	uint8_t head[XDP_ENGINE_HEAD];
	uint16_t sum;
	struct xdp_flow *same_port; /* the next one with this port */
	/* Received, and not handed out: the first and last frame's number. */
	uint32_t first, last;
	bool waits;            /* some are, so it is in the list */
	struct xdp_flow *next; /* in that list */
};

/* Of a frame that is received, by the frame's number. */
struct xdp_came {
	uint64_t address; /* of its data in the queue's area */
	uint32_t bytes;
	uint32_t next; /* the next one's number, of the same flow */
};

struct xdp_engine {
	struct xdp_engine_share *share;
	struct xdp_queue *queue; /* the share's */
	uint32_t number;         /* of the queue */
	struct inbox in;
	struct link ring; /* the queue among what the inbox watches */
	struct engine_losses losses;
	uint32_t headers; /* bytes before a payload */
	int lost;         /* -errno: going on is pointless */
	int stuck;        /* -errno: of the last call that was to send */
	struct failures pushes;

	uint32_t slot_bytes, slot_room;
	/* As in struct engine_config. */
	uint32_t changes;
	void (*fill)(void *arg, uint8_t *slot);
	void *fill_arg;
	/* The frames that are slots and free, by number; where in this list a
	 * slot is, if it is, and the sum of what does not change in it. */
	uint32_t *free, *place;
	uint32_t free_count;
	uint16_t *tail;

	struct xdp_flow *flows;         /* by their link's number */
	struct xdp_flow **port;         /* by their port, as in a header */
	struct xdp_flow *first, *last;  /* list of those with frames */
	struct xdp_came *came;          /* by the frame's number */
	uint64_t loan[ENGINE_ARRIVALS]; /* frames handed out last */
	uint32_t loan_count;
	uint32_t receives; /* of the turn of the first in the list */
	uint32_t turns, looks;
};

int xdp_engine_queues(
	const struct engine_path *path, char *why, size_t why_bytes);
int xdp_engine_share(void **out, const struct engine_share_config *config,
	char *why, size_t why_bytes);
void xdp_engine_facts(const void *share, engine_fact_fn *each, void *arg);
void xdp_engine_unshare(void *share);

/* Makes slots of frames that the queue has free. 0 or -errno; what it allocates
 * belongs to e in either case. */
int xdp_engine_make_slots(struct xdp_engine *e, const struct engine_config *c);
/* Writes the headers of a flow's datagrams. */
void xdp_engine_make_head(const struct xdp_engine *e, struct xdp_flow *f);

/* As in struct engine_ops. */
uint32_t xdp_engine_lend(
	void *self, struct engine_message *messages, uint32_t n);
int xdp_engine_send(
	void *self, const struct engine_message *messages, uint32_t n);
int xdp_engine_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns);
bool xdp_engine_holds(void *self, void *link);

/* Lets the kernel take what is in the TX ring, as far as it can. */
void xdp_engine_push(struct xdp_engine *e);

/* Takes back the slots that were sent. */
void xdp_engine_reap(struct xdp_engine *e);

/* Drops what a flow has received. */
void xdp_engine_forget(struct xdp_engine *e, struct xdp_flow *f);

static inline struct xdp_flow *xdp_engine_flow(
	const struct xdp_engine *e, const void *link)
{
	return &e->flows[inbox_index(&e->in, link)];
}

static inline uint32_t xdp_engine_frame(
	const struct xdp_engine *e, uint64_t address)
{
	return (uint32_t)(address >> e->queue->frame_shift);
}
