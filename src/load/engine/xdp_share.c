/* SPDX-License-Identifier: MIT */
/*
 * What the threads of a run share: the device, its filter, and a queue for each
 * thread, all opened before they start and before privileges are given up.
 */
#include "load/engine/xdp_state.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

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
	return (int)xdp_queues_most(&d);
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
	struct xdp_queue_config queue = {
		.ring = XDP_ENGINE_RING,
		.frames = XDP_ENGINE_RING + XDP_ENGINE_SPARE + XDP_ENGINE_SLOTS,
		.busy_poll_us = c->busy_poll_us,
	};
	int error;

	if (!s) {
		snprintf(
			why, why_bytes, "no memory for the queues of a device");
		return -ENOMEM;
	}
	s->path = c->path;
	error = find_device(&s->queues.device, c->path, why, why_bytes);
	if (!error) {
		queue.frame_bytes = xdp_queue_frame_bytes(s->queues.device.mtu);
		filter.frame_most = xdp_queue_room(queue.frame_bytes);
		error = xdp_queues_open(&s->queues, &filter, &queue, c->threads,
			why, why_bytes);
	}
	if (error)
		xdp_engine_unshare(s);
	else
		*out = s;
	return error;
}

void xdp_engine_facts(const void *share, engine_fact_fn *each, void *arg)
{
	const struct xdp_engine_share *s = share;

	xdp_queues_facts(&s->queues, each, arg);
}

void xdp_engine_unshare(void *share)
{
	struct xdp_engine_share *s = share;

	if (s)
		xdp_queues_close(&s->queues);
	free(s);
}
