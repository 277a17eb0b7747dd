/* SPDX-License-Identifier: MIT */
/*
 * What the threads of a run share: the device, its filter, and a queue for each
 * thread, all opened before they start and before privileges are given up.
 */
#include "load/engine/xdp_state.h"

#include "core/lines.h"
#include "xdp/filter_rules.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_device(struct xdp_device *d, const struct engine_path *path,
	char *why, size_t why_bytes)
{
	static const union address any;
	char name[IF_NAMESIZE];

	if (!if_indextoname(path->device, name)) {
		snprintf(why, why_bytes,
			"the device by which frames are to leave is gone");
		return -ENODEV;
	}
	return xdp_device_find(d, name, &any, why, why_bytes);
}

int xdp_engine_queues(
	const struct engine_path *path, char *why, size_t why_bytes)
{
	struct xdp_device d;
	int error = find_device(&d, path, why, why_bytes);

	if (error)
		return error;
	return (int)(d.queues < FILTER_QUEUES ? d.queues : FILTER_QUEUES);
}

static int open_queues(struct xdp_engine_share *s,
	const struct engine_share_config *c, char *why, size_t why_bytes)
{
	struct xdp_queue_config config = {
		.device = s->device.name,
		.frame_bytes = xdp_queue_frame_bytes(s->device.mtu),
		.ring = XDP_ENGINE_RING,
		.frames = XDP_ENGINE_RING + XDP_ENGINE_SPARE + XDP_ENGINE_SLOTS,
		.busy_poll_us = c->busy_poll_us,
	};
	int error = 0;

	s->queue = lines_alloc(c->threads, sizeof(*s->queue));
	if (!s->queue)
		return -ENOMEM;
	while (!error && s->queue_count < c->threads) {
		struct xdp_queue *q = &s->queue[s->queue_count];

		config.queue = s->queue_count;
		error = xdp_queue_open(q, &config, why, why_bytes);
		if (error)
			break;
		s->queue_count++;
		error = xdp_filter_add(&s->filter, config.queue, q->fd);
	}
	return error;
}

int xdp_engine_share(void **out, const struct engine_share_config *c, char *why,
	size_t why_bytes)
{
	struct xdp_engine_share *s = calloc(1, sizeof(*s));
	struct xdp_filter_config filter = {
		.peer = c->peer,
		.native = c->native,
		.generic = c->generic,
	};
	int error;

	snprintf(why, why_bytes, "no memory for the queues of a device");
	if (!s)
		return -ENOMEM;
	s->path = c->path;
	error = find_device(&s->device, c->path, why, why_bytes);
	if (error)
		goto failed;
	filter.device = &s->device;
	filter.frame_most =
		xdp_queue_room(xdp_queue_frame_bytes(s->device.mtu));
	error = xdp_filter_open(&s->filter, &filter, why, why_bytes);
	if (!error)
		error = open_queues(s, c, why, why_bytes);
	if (error)
		goto failed;
	*out = s;
	return 0;
failed:
	xdp_engine_unshare(s);
	return error;
}

void xdp_engine_facts(const void *share, engine_fact_fn *each, void *arg)
{
	const struct xdp_engine_share *s = share;
	const struct xdp_queue *q = &s->queue[0];

	each(arg, "device", s->device.name, 0);
	each(arg, "queues", NULL, s->device.queues);
	each(arg, "mode", s->filter.native ? "native" : "generic", 0);
	each(arg, "copy", q->zero_copy ? "zero-copy" : "copy", 0);
	each(arg, "frame_bytes", NULL, q->frame_bytes);
	each(arg, "ring", NULL, q->ring);
	each(arg, "tx_budget", NULL, q->tx_budget ? q->tx_budget : q->ring);
	each(arg, "busy_poll", q->busy_poll ? "on" : "off", 0);
}

void xdp_engine_unshare(void *share)
{
	struct xdp_engine_share *s = share;

	if (!s)
		return;
	/* First, so that no more frames come. */
	xdp_filter_close(&s->filter);
	for (uint32_t i = 0; i < s->queue_count; i++)
		xdp_queue_close(&s->queue[i]);
	free(s->queue);
	free(s);
}
