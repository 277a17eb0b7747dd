/* SPDX-License-Identifier: MIT */
/*
 * Frames of a device past the kernel's stack: AF_XDP, both ways. Each flow
 * keeps its socket, which holds the port, and receives what does not come by
 * the ring.
 */
#include "load/engine/xdp_state.h"

#include "core/lines.h"
#include "load/engine/engines.h"
#include "load/engine/flow_route.h"
#include "load/engine/reports.h"

#include <errno.h>
#include <stdlib.h>

#define PORTS 65536

static int xdp_init(void *self, const struct engine_config *c)
{
	struct xdp_engine *e = self;
	struct xdp_engine_share *s = c->share;
	int error;

	if (!s || c->thread >= s->queues.count)
		return -EINVAL;
	e->share = s;
	e->number = c->thread;
	e->queue = &s->queues.queue[c->thread];
	e->headers = frame_headers(s->path->v6);
	e->ring.fd = -1;
	e->pushes.worked = true;
	e->in.others = true;
	error = inbox_init(&e->in, c->sockets);
	if (!error)
		error = ready_watch(&e->in.ready, e->queue->fd, &e->ring);
	if (error)
		return error;
	e->flows = lines_alloc(c->sockets, sizeof(*e->flows));
	e->port = lines_alloc(PORTS, sizeof(struct xdp_flow *));
	e->came = lines_alloc(
		e->queue->area_bytes / e->queue->frame_bytes, sizeof(*e->came));
	if (!e->flows || !e->port || !e->came)
		return -ENOMEM;
	return xdp_engine_make_slots(e, c);
}

static void xdp_remove(void *self, void *link)
{
	struct xdp_engine *e = self;
	struct xdp_flow *f = xdp_engine_flow(e, link);
	struct xdp_flow **at = &e->port[f->route.from.in.sin_port];

	(void)xdp_filter_flow_remove(&e->share->queues.filter, &f->route.from);
	while (*at != f)
		at = &(*at)->same_port;
	*at = f->same_port;
	xdp_engine_forget(e, f);
	*f = (struct xdp_flow){0};
	inbox_remove(&e->in, link);
}

static int xdp_add(void *self, int fd, void *owner, void **out)
{
	struct xdp_engine *e = self;
	struct frame_route route;
	struct xdp_flow *f;
	int error = flow_route(&route, e->share->path, fd);

	if (!error)
		error = inbox_add(&e->in, fd, owner, (struct link **)out);
	if (error)
		return error;
	f = xdp_engine_flow(e, *out);
	*f = (struct xdp_flow){
		.link = *out,
		.route = route,
		.same_port = e->port[route.from.in.sin_port],
	};
	e->port[route.from.in.sin_port] = f;
	xdp_engine_make_head(e, f);
	error = xdp_filter_flow_add(
		&e->share->queues.filter, &route.from, e->number);
	if (error)
		xdp_remove(e, *out);
	return error;
}

static void xdp_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

static void xdp_reports(void *self, void *link, struct engine_reports *out)
{
	(void)self;
	reports_read(((struct link *)link)->fd, out);
}

static void xdp_losses(void *self, struct engine_losses *out)
{
	struct xdp_engine *e = self;
	struct xdp_queue *q = e->queue;

	*out = e->losses;
	out->unsent = q->ring - xsk_prod_nb_free(&q->tx, q->ring);
}

static void xdp_fini(void *self)
{
	struct xdp_engine *e = self;

	inbox_fini(&e->in);
	free(e->free);
	free(e->place);
	free(e->tail);
	free(e->flows);
	free(e->port);
	free(e->came);
	*e = (struct xdp_engine){0};
}

const struct engine_ops engine_xdp = {
	.name = "xdp",
	.brief = "frames of a device, past the kernel's stack: AF_XDP",
	.size = sizeof(struct xdp_engine),
	.can = ENGINE_FRAMES | ENGINE_FOREIGN,
	/* Of a queue, epoll, and of all threads: 3 maps, their types, the
	 * program and its link. */
	.descriptors = 8,
	/* Of the largest frame, on the way here. */
	.bytes_most = 4096 - XDP_QUEUE_HEADROOM - FRAME_HEADERS_V6,
	.send_call = "sendto",
	.recv_call = "recvmmsg, recvmsg or recvfrom",
	.wait_call = "receiving by AF_XDP",
	.probe = xdp_queue_probe,
	.queues = xdp_engine_queues,
	.share = xdp_engine_share,
	.facts = xdp_engine_facts,
	.unshare = xdp_engine_unshare,
	.init = xdp_init,
	.add = xdp_add,
	.own = xdp_own,
	.remove = xdp_remove,
	.lend = xdp_engine_lend,
	.send = xdp_engine_send,
	.recv = xdp_engine_recv,
	.holds = xdp_engine_holds,
	.reports = xdp_reports,
	.losses = xdp_losses,
	.fini = xdp_fini,
};
